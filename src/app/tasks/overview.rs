//! Analyses all photos in the background: finds duplicates, bursts and flaws, then words and clusters ("heaps"). Also
//! computes the heat map of a label for one photo.
//!
//! The analysis has its own thread pool with half as many threads as cores, so that scoring and sorting stay fast.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::supervisor::Slot;
use crate::app::document::findings::Findings;
use crate::app::document::heaps::Heap;
use crate::app::document::heat::Map;
use crate::app::document::library::{ItemId, LibraryItem, Snapshot, UNREAD};
use crate::app::document::overview::{LookProgress, LookedAt};
use crate::app::document::state::SessionState;
use crate::app::{App, News, RefreshPriority};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::{Notify, Summary};
use crate::engine::library::{Indexed, Library, LibraryError, PhotoDetails, words};
use crate::engine::media::photo::Photo;
use crate::engine::organize::marks::Mark;
use crate::engine::search::{bursts, clusters, duplicates};

/// Minimum interval between progress updates in milliseconds.
const TELL_MS: u64 = 200;
/// Minimum number of newly read photos for which the clean-up summary is offered again.
const OFFERED_FROM: u64 = 20;
/// Number of frequent words that are suggested as labels, besides the cluster names.
const SUGGESTED_WORDS: usize = 12;

/// Messages from the analysis.
pub enum OverviewNews {
    /// Duplicates, bursts and flaws, or why the analysis failed.
    Found(LookedAt, Result<Arc<Findings>, LibraryError>),
    /// The findings with words added, and the clusters; or why the analysis failed.
    Heaps(LookedAt, Result<(Arc<Findings>, Vec<Heap>), LibraryError>),
    /// The heat map for the request with this number.
    Heat(u64, Map),
}

impl App {
    /// Starts the analysis, unless the findings are up to date or it is already running.
    pub(in crate::app) fn look_over(&mut self) {
        let SessionState::Ready(library) = &self.state.session else {
            return;
        };
        let now = self.looked_at(library);
        let overview = &self.state.overview;
        let is_known = overview.looked_at == Some(now) && !overview.is_outdated;
        if is_known || overview.running.is_some() || self.state.library.is_empty() {
            return;
        }
        let (library, photos) = (library.clone(), self.state.library.snapshot().clone());
        let progress = Arc::new(LookProgress::default());
        let overview = &mut self.state.overview;
        overview.running = Some(progress.clone());
        overview.problem = None;
        overview.is_outdated = false;
        let notify = self.notify.clone();
        self.replace(Slot::Overview, move |cancel| {
            let found = on_half_of_the_cores(|| {
                find(&library, &photos, &ticker(&progress, &notify), cancel)
            });
            News::Overview(OverviewNews::Found(now, found.map(Arc::new)))
        });
    }

    fn looked_at(&self, library: &Library) -> LookedAt {
        LookedAt {
            model: library.session().model().info().fingerprint,
            epoch: self.state.library.snapshot().epoch,
            count: self.state.library.len(),
        }
    }

    /// Cancels the analysis, because its photos are no longer those of the window.
    pub(in crate::app) fn stop_looking(&mut self) {
        self.supervisor.cancel(Slot::Overview);
        self.supervisor.cancel(Slot::Heaps);
        self.state.overview.running = None;
        self.state.heaps.is_looking = false;
    }

    /// Starts the search for words and clusters.
    fn look_for_heaps(&mut self, at: LookedAt) {
        let SessionState::Ready(library) = &self.state.session else {
            return;
        };
        let (library, photos) = (library.clone(), self.state.library.snapshot().clone());
        self.state.heaps.is_looking = true;
        self.replace(Slot::Heaps, move |cancel| {
            let found = on_half_of_the_cores(|| find_heaps(&library, &photos, cancel));
            let found = found.map(|(found, heaps)| (Arc::new(found), heaps));
            News::Overview(OverviewNews::Heaps(at, found))
        });
    }

    /// Searches for clusters again, because other ones are wanted for the same photos.
    pub(in crate::app) fn look_for_heaps_again(&mut self) {
        if let Some(at) = self.state.overview.looked_at {
            self.look_for_heaps(at);
        }
    }

    pub(in crate::app) fn take_overview_news(&mut self, news: OverviewNews) {
        match news {
            OverviewNews::Found(at, found) => {
                self.state.overview.running = None;
                match found {
                    Ok(found) if self.is_about_these(at) => self.found(at, found),
                    // The photos have changed since, and with them the item ids.
                    Ok(_) => self.look_over_if_idle(),
                    Err(error) => self.state.overview.problem = Some(error.to_string()),
                }
            }
            OverviewNews::Heaps(at, found) => {
                self.state.heaps.is_looking = false;
                match found {
                    Ok((found, heaps)) if self.is_about_these(at) => {
                        self.found_heaps(found, heaps);
                    }
                    Ok(_) => self.look_over_if_idle(),
                    Err(error) => self.state.heaps.problem = Some(error.to_string()),
                }
            }
            OverviewNews::Heat(number, map) => {
                if number == self.state.heat.number {
                    self.state.heat.map = map;
                }
            }
        }
    }

    fn is_about_these(&self, at: LookedAt) -> bool {
        let SessionState::Ready(library) = &self.state.session else {
            return false;
        };
        self.looked_at(library) == at
    }

    /// Starts the analysis if no photos are being read.
    pub(in crate::app) fn look_over_if_idle(&mut self) {
        if !self.state.work.is_running() {
            self.look_over();
        }
    }

    fn found(&mut self, at: LookedAt, mut found: Arc<Findings>) {
        let looked_before = self.state.overview.looked_at.replace(at);
        let is_same = looked_before == Some(at) && self.state.heaps.is_known;
        if is_same {
            Arc::make_mut(&mut found).take_words(self.state.findings());
        }
        self.state.library.set_findings(found);
        // Do not offer photos that were already known, nor offer again whenever a few arrive.
        let least = if looked_before.is_none() {
            1
        } else {
            OFFERED_FROM
        };
        let summary = self.state.work.summary.as_ref();
        let has_read = summary.is_some_and(|summary| summary.progress.encoded >= least);
        let is_new = looked_before != Some(at);
        self.state.overview.is_offered |= is_new && has_read && self.state.dialog.is_none();
        self.request_refresh(RefreshPriority::Now);
        if !is_same {
            self.look_for_heaps(at);
        }
    }

    fn found_heaps(&mut self, found: Arc<Findings>, heaps: Vec<Heap>) {
        let mut suggestions: Vec<String> = heaps.iter().map(|heap| heap.name.clone()).collect();
        let frequent = found.frequent_words().into_iter().take(SUGGESTED_WORDS);
        for word in frequent.map(ToOwned::to_owned) {
            if !suggestions.contains(&word) {
                suggestions.push(word);
            }
        }
        self.state.library.set_findings(found);
        let dismissed = &self.state.memory.dismissed_heaps;
        suggestions.retain(|name| !dismissed.contains(name));
        let kept = { heaps.into_iter() }.filter(|heap| !dismissed.contains(&heap.name));
        self.state.heaps.propose(kept.collect(), suggestions);
        self.request_refresh(RefreshPriority::Now);
    }

    /// Requests the heat map of the current label for the photo in the viewer, if heat maps are switched on and it is
    /// not known yet.
    pub(in crate::app) fn look_for_heat(&mut self) {
        if !self.state.heat.is_on {
            return;
        }
        let question = self.state.heat_question();
        let SessionState::Ready(library) = &self.state.session else {
            return;
        };
        if question == self.state.heat.question {
            return;
        }
        let library = library.clone();
        let heat = &mut self.state.heat;
        heat.number += 1;
        heat.map = Map::Waiting;
        heat.question = question;
        let number = heat.number;
        let Some(question) = heat.question.clone() else {
            return self.supervisor.cancel(Slot::Heat);
        };
        let path = self.state.item(question.item);
        let Some(path) = path.map(|item| item.file.path.clone()) else {
            return;
        };
        self.replace(Slot::Heat, move |cancel| {
            let training_set = question.label.training_set().map_err(|e| e.to_string());
            let map = training_set.and_then(|training_set| {
                let explained = library.explain(&path, &training_set, cancel);
                explained.map_err(|e| e.to_string())
            });
            let map = map.map_or_else(Map::Failed, |(map, _)| Map::Ready(Arc::new(map)));
            News::Overview(OverviewNews::Heat(number, map))
        });
    }
}

/// Reports progress at a limited rate.
fn ticker<'a>(
    progress: &'a LookProgress,
    notify: &'a Notify,
) -> impl Fn(bool, usize, usize) + Sync + 'a {
    let (begun, told) = (Instant::now(), AtomicU64::new(0));
    move |compares, done, of| {
        progress.set(compares, done, of);
        let now = begun.elapsed().as_millis() as u64;
        let last = told.load(Ordering::Relaxed);
        if now >= last + TELL_MS {
            told.store(now, Ordering::Relaxed);
            notify();
        }
    }
}

/// Runs parallel work on a thread pool with half as many threads as cores.
fn on_half_of_the_cores<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let threads = (rayon::current_num_threads() / 2).max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("lumisift-overview-{number}"))
        .build();
    match pool {
        Ok(pool) => pool.install(work),
        // Without its own pool, it uses the global one.
        Err(_) => work(),
    }
}

/// The photos that the model has read, and their ids. Sorted by path, so that the result does not depend on the order
/// in which they were read.
fn indexed(photos: &Snapshot) -> (Vec<ItemId>, Indexed) {
    let read = |(item, id): (&Arc<LibraryItem>, ItemId)| {
        let facts = item.facts().filter(|_| item.row() != UNREAD)?;
        let photo = Photo {
            file: item.file.clone(),
            facts: facts.clone(),
        };
        Some((id, (photo, item.row())))
    };
    let mut read: Vec<(ItemId, (Photo, u32))> =
        photos.items.iter().zip(0..).filter_map(read).collect();
    read.sort_unstable_by(|(_, (a, _)), (_, (b, _))| a.file.path.cmp(&b.file.path));
    let (ids, photos) = read.into_iter().unzip();
    let indexed = Indexed {
        photos,
        failures: Vec::new(),
        summary: Summary::default(),
    };
    (ids, indexed)
}

/// Finds duplicates, bursts and flaws.
fn find(
    library: &Library,
    photos: &Snapshot,
    watch: &(impl Fn(bool, usize, usize) + Sync),
    cancel: &Cancel,
) -> Result<Findings, LibraryError> {
    let (ids, indexed) = indexed(photos);
    let looks = library.appearances(&indexed.photos, cancel, |done, of| watch(false, done, of))?;
    let by_path: std::collections::HashMap<&std::path::Path, ItemId> = { indexed.photos.iter() }
        .zip(&ids)
        .map(|((photo, _), id)| (&*photo.file.path, *id))
        .collect();
    let id = |photo: &Photo| by_path.get(&*photo.file.path).map(|id| *id as usize);
    let mark = |photo: &Photo| -> Mark {
        let mark = id(photo).and_then(|id| photos.marks.get(id));
        mark.copied().unwrap_or_default()
    };
    let known = |photo: &Photo| {
        let metadata = id(photo).and_then(|id| photos.items[id].metadata.as_ref());
        let facts = metadata.map_or(0, |metadata| {
            u32::from(!metadata.facts.keywords.is_empty()) + u32::from(metadata.place.is_some())
        });
        PhotoDetails {
            mark: mark(photo),
            facts,
        }
    };
    let rule = duplicates::DuplicateRule::default();
    let copies =
        library.duplicates(&indexed.photos, &looks, known, &rule, cancel, |done, of| {
            watch(true, done, of);
        })?;
    let mut is_copy = vec![false; ids.len()];
    let all = copies.groups.iter().flat_map(|group| &group.copies);
    all.for_each(|copy| is_copy[copy.at] = true);
    let rule = bursts::BurstRule::default();
    let bursts = library.bursts(&indexed.photos, &looks, mark, |at| is_copy[at], &rule)?;
    let flaws = library.flaws(&indexed, &looks, cancel)?;
    let count = photos.items.len();
    let mut found = Findings::new(&ids, count, &copies, bursts, &flaws);
    let dated = indexed.photos.iter().zip(&ids);
    let undated = dated.filter(|((photo, _), _)| photo.facts.taken.is_none());
    found.set_undated(undated.map(|(_, id)| *id));
    Ok(found)
}

/// Adds words for each photo to existing findings, and finds clusters.
fn find_heaps(
    library: &Library,
    photos: &Snapshot,
    cancel: &Cancel,
) -> Result<(Findings, Vec<Heap>), LibraryError> {
    let (ids, indexed) = indexed(photos);
    let mut found = (*photos.findings).clone();
    let places = found.begin_words();
    library.tags(&indexed, cancel, |at, words| {
        found.set_words(ids[at], words, &places);
    })?;
    let vocabulary = words();
    let proposed = library.heaps(&indexed, &clusters::ClusterRule::default(), cancel)?;
    let heap = |heap: clusters::Cluster| {
        let mut names = heap.words.iter().map(|word| vocabulary[*word].to_owned());
        Some(Heap {
            name: names.next()?,
            also: names.collect(),
            photos: heap.photos.iter().map(|at| ids[*at]).collect(),
        })
    };
    Ok((found, proposed.into_iter().filter_map(heap).collect()))
}
