//! Analyses all photos in the background: finds duplicates, bursts and flaws, then words and clusters ("heaps"). Also
//! computes the heat map of a label for one photo.
//!
//! The analysis has its own thread pool with half as many threads as cores, so that scoring and sorting stay fast.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::fetcher::Priority;
use super::supervisor::Slot;
use crate::app::document::clusters::Cluster;
use crate::app::document::findings::Findings;
use crate::app::document::heat::{HeatMapState, HeatMapSubject};
use crate::app::document::library::{ItemId, LibraryItem, Snapshot, UNREAD};
use crate::app::document::overview::{AnalysisInput, AnalysisProgress};
use crate::app::document::state::SessionState;
use crate::app::{App, RefreshPriority, TaskMessage};
use crate::engine::cancel::Cancel;
use crate::engine::index::pipeline::{Notify, Summary};
use crate::engine::library::{Indexed, Library, LibraryError, PhotoDetails, words};
use crate::engine::media::photo::Photo;
use crate::engine::organize::marks::Mark;
use crate::engine::search::{bursts, clusters, duplicates};

/// Minimum interval between progress updates in milliseconds.
const PROGRESS_INTERVAL_MS: u64 = 200;
/// Minimum number of newly read photos for which the clean-up summary is offered again.
const MIN_NEW_PHOTOS: u64 = 20;
/// Number of frequent words that are suggested as labels, besides the cluster names.
const SUGGESTED_WORDS: usize = 12;

/// Messages from the analysis.
pub enum OverviewMessage {
    /// Duplicates, bursts and flaws, or why the analysis failed.
    Found(AnalysisInput, Result<Arc<Findings>, LibraryError>),
    /// The findings with words added, and the clusters; or why the analysis failed.
    Clusters(
        AnalysisInput,
        Result<(Arc<Findings>, Vec<Cluster>), LibraryError>,
    ),
    /// The heat map for the request with this number.
    Heat(u64, HeatMapState),
}

impl App {
    /// Starts the analysis, unless the findings are up to date or it is already running.
    pub(in crate::app) fn analyse_photos(&mut self) {
        let SessionState::Ready(library) = &self.state.session else {
            return;
        };
        let now = self.analysed_input(library);
        let overview = &self.state.overview;
        let is_known = overview.analysed_input == Some(now) && !overview.is_outdated;
        if is_known || overview.running.is_some() || self.state.library.is_empty() {
            return;
        }
        let (library, photos) = (library.clone(), self.state.library.snapshot().clone());
        let progress = Arc::new(AnalysisProgress::default());
        let overview = &mut self.state.overview;
        overview.running = Some(progress.clone());
        overview.problem = None;
        overview.is_outdated = false;
        let notify = self.notify.clone();
        self.replace(Slot::Overview, move |cancel| {
            let found = on_half_of_the_cores(|| {
                find(&library, &photos, &ticker(&progress, &notify), cancel)
            });
            TaskMessage::Overview(OverviewMessage::Found(now, found.map(Arc::new)))
        });
    }

    fn analysed_input(&self, library: &Library) -> AnalysisInput {
        AnalysisInput {
            model: library.session().model().info().fingerprint,
            epoch: self.state.library.snapshot().epoch,
            count: self.state.library.len(),
        }
    }

    /// Cancels the analysis, because its photos are no longer those of the window.
    pub(in crate::app) fn stop_analysis(&mut self) {
        self.supervisor.cancel(Slot::Overview);
        self.supervisor.cancel(Slot::Clusters);
        self.state.overview.running = None;
        self.state.clusters.is_proposing = false;
    }

    /// Starts the search for words and clusters.
    fn start_clustering(&mut self, at: AnalysisInput) {
        let SessionState::Ready(library) = &self.state.session else {
            return;
        };
        let (library, photos) = (library.clone(), self.state.library.snapshot().clone());
        self.state.clusters.is_proposing = true;
        self.replace(Slot::Clusters, move |cancel| {
            let found = on_half_of_the_cores(|| find_clusters(&library, &photos, cancel));
            let found = found.map(|(found, clusters)| (Arc::new(found), clusters));
            TaskMessage::Overview(OverviewMessage::Clusters(at, found))
        });
    }

    /// Searches for clusters again, because different ones are wanted for the same photos.
    pub(in crate::app) fn restart_clustering(&mut self) {
        if let Some(at) = self.state.overview.analysed_input {
            self.start_clustering(at);
        }
    }

    pub(in crate::app) fn handle_overview_message(&mut self, message: OverviewMessage) {
        match message {
            OverviewMessage::Found(at, found) => {
                self.state.overview.running = None;
                match found {
                    Ok(found) if self.is_current_input(at) => self.found(at, found),
                    // The photos have changed since, and so have the item ids.
                    Ok(_) => self.analyse_if_idle(),
                    Err(error) => self.state.overview.problem = Some(error.to_string()),
                }
            }
            OverviewMessage::Clusters(at, found) => {
                self.state.clusters.is_proposing = false;
                match found {
                    Ok((found, clusters)) if self.is_current_input(at) => {
                        self.finish_clustering(found, clusters);
                    }
                    Ok(_) => self.analyse_if_idle(),
                    Err(error) => self.state.clusters.problem = Some(error.to_string()),
                }
            }
            OverviewMessage::Heat(number, map) => {
                if number == self.state.heat.number {
                    self.state.heat.map = map;
                }
            }
        }
    }

    fn is_current_input(&self, at: AnalysisInput) -> bool {
        let SessionState::Ready(library) = &self.state.session else {
            return false;
        };
        self.analysed_input(library) == at
    }

    /// Starts the analysis if no photos are being read.
    pub(in crate::app) fn analyse_if_idle(&mut self) {
        if !self.state.work.is_running() {
            self.analyse_photos();
        }
    }

    fn found(&mut self, at: AnalysisInput, mut found: Arc<Findings>) {
        let previous_input = self.state.overview.analysed_input.replace(at);
        let is_same = previous_input == Some(at) && self.state.clusters.is_known;
        if is_same {
            Arc::make_mut(&mut found).copy_words(self.state.findings());
        }
        self.state.library.set_findings(found);
        // Do not offer the summary for photos that were already known, nor whenever a few arrive.
        let min_photos = if previous_input.is_none() {
            1
        } else {
            MIN_NEW_PHOTOS
        };
        let summary = self.state.work.summary.as_ref();
        let has_read = summary.is_some_and(|summary| summary.progress.encoded >= min_photos);
        let is_new = previous_input != Some(at);
        self.state.overview.is_offered |= is_new && has_read && self.state.dialog.is_none();
        self.request_refresh(RefreshPriority::Now);
        if !is_same {
            self.start_clustering(at);
        }
    }

    fn finish_clustering(&mut self, found: Arc<Findings>, clusters: Vec<Cluster>) {
        let mut suggestions: Vec<String> = clusters
            .iter()
            .map(|cluster| cluster.name.clone())
            .collect();
        let frequent = found.frequent_words().into_iter().take(SUGGESTED_WORDS);
        for word in frequent.map(ToOwned::to_owned) {
            if !suggestions.contains(&word) {
                suggestions.push(word);
            }
        }
        // The groups may have been found again in the meantime, with other marks.
        let mut findings = self.state.findings().clone();
        Arc::make_mut(&mut findings).copy_words(&found);
        self.state.library.set_findings(findings);
        let dismissed = &self.state.memory.dismissed_heaps;
        suggestions.retain(|name| !dismissed.contains(name));
        let kept = { clusters.into_iter() }.filter(|cluster| !dismissed.contains(&cluster.name));
        self.state.clusters.propose(kept.collect(), suggestions);
        self.request_refresh(RefreshPriority::Now);
    }

    /// Requests the heat map of the current label for the photo in the viewer, if heat maps are switched on and it is
    /// not known yet.
    pub(in crate::app) fn start_heat_map(&mut self) {
        if !self.state.heat.is_on {
            return;
        }
        let subject = self.state.heat_map_subject();
        let SessionState::Ready(library) = &self.state.session else {
            return;
        };
        let known = self.state.heat.subject.as_ref();
        if subject == known.map(|known| (known.item, &known.label)) {
            return;
        }
        // Labels can have hundreds of examples, so they are copied only here.
        let subject = subject.map(|(item, label)| HeatMapSubject {
            item,
            label: label.clone(),
        });
        let library = library.clone();
        let heat = &mut self.state.heat;
        heat.number += 1;
        heat.map = HeatMapState::Waiting;
        heat.subject = subject;
        let number = heat.number;
        let Some(subject) = heat.subject.clone() else {
            return self.supervisor.cancel(Slot::Heat);
        };
        let path = self.state.item(subject.item);
        let Some(path) = path.map(|item| item.file.path.clone()) else {
            return;
        };
        self.replace(Slot::Heat, move |cancel| {
            let training_set = subject.label.training_set().map_err(|e| e.to_string());
            let map = training_set.and_then(|training_set| {
                let explained = library.explain(&path, &training_set, cancel);
                explained.map_err(|e| e.to_string())
            });
            let map = map.map_or_else(HeatMapState::Failed, |(map, _)| {
                HeatMapState::Ready(Arc::new(map))
            });
            TaskMessage::Overview(OverviewMessage::Heat(number, map))
        });
    }
}

/// Reports progress at a limited rate.
fn ticker<'a>(
    progress: &'a AnalysisProgress,
    notify: &'a Notify,
) -> impl Fn(bool, usize, usize) + Sync + 'a {
    let (started, last_report) = (Instant::now(), AtomicU64::new(0));
    move |compares, done, of| {
        progress.set(compares, done, of);
        let now = started.elapsed().as_millis() as u64;
        let last = last_report.load(Ordering::Relaxed);
        if now >= last + PROGRESS_INTERVAL_MS {
            last_report.store(now, Ordering::Relaxed);
            notify();
        }
    }
}

/// Runs parallel work on a thread pool of low priority with half as many threads as cores, so that labels which are
/// typed meanwhile are scored first.
fn on_half_of_the_cores<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let threads = (rayon::current_num_threads() / 2).max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("lumisift-overview-{number}"))
        .start_handler(|_| Priority::Low.apply())
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
fn find_clusters(
    library: &Library,
    photos: &Snapshot,
    cancel: &Cancel,
) -> Result<(Findings, Vec<Cluster>), LibraryError> {
    let (ids, indexed) = indexed(photos);
    let mut found = (*photos.findings).clone();
    let places = found.word_indices();
    library.tags(&indexed, cancel, |at, words| {
        found.set_words(ids[at], words, &places);
    })?;
    let vocabulary = words();
    let proposed = library.clusters(&indexed, &clusters::ClusterRule::default(), cancel)?;
    let cluster = |cluster: clusters::Cluster| {
        let mut names = cluster
            .words
            .iter()
            .map(|word| vocabulary[*word].to_owned());
        Some(Cluster {
            name: names.next()?,
            alternative_names: names.collect(),
            photos: cluster.photos.iter().map(|at| ids[*at]).collect(),
        })
    };
    Ok((found, proposed.into_iter().filter_map(cluster).collect()))
}
