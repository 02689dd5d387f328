//! Decisions about photos: those made in the window, and those that other programs stored in photos and sidecars.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use lumisift::engine::library::Indexed;
use lumisift::engine::media::metadata::{self, MetadataSource, PhotoMetadata};
use lumisift::engine::media::photo::{ContentId, Photo};
use lumisift::engine::media::places::{Place, PlaceQuery, WordMatch};
use lumisift::engine::organize::marks::{self, Flag, Mark};
use lumisift::settings::Dirs;
use lumisift::t;
use lumisift::text::{self, Surface, Ungrouped};
use serde_json::{Value, json};

use super::args::PhotoFilterArgs;
use super::output::{print_message, print_sentence};

/// The decisions about a command's photos.
pub struct PhotoDecisions {
    marks: HashMap<ContentId, Mark>,
    metadata: HashMap<PathBuf, Arc<PhotoMetadata>>,
}

impl PhotoDecisions {
    /// Reads the user's decisions and the photos' metadata. If decisions cannot be read and are not `needed`, prints a
    /// message and continues without them.
    ///
    /// # Errors
    /// Returns an error if decisions are `needed` and cannot be read.
    pub fn read(photos: &[(Photo, u32)], needed: bool) -> anyhow::Result<Self> {
        let dirs = Dirs::detect();
        let marks = match marks::read_all(&dirs.marks_file()) {
            Ok((marks, notice)) => {
                notice.iter().for_each(print_sentence);
                marks
            }
            Err(error) if needed => return Err(error.into()),
            Err(error) => {
                print_message(t!(
                    "cli-without-decisions",
                    error = text::advised(&error.to_string(), Surface::CommandLine)
                ));
                HashMap::new()
            }
        };
        let photos = photos.iter().map(|(photo, _)| &*photo.file.path);
        let metadata = metadata::read_nonempty(photos, Some(&dirs.metadata_cache()));
        Ok(Self {
            marks,
            metadata: metadata.into_iter().collect(),
        })
    }

    /// The decision about a photo: the user's if there is one, otherwise the one in its metadata.
    pub fn mark(&self, photo: &Photo) -> Mark {
        let theirs = || Some(self.metadata.get(&photo.file.path)?.facts.mark());
        let decided = self.marks.get(&photo.facts.content).copied();
        decided.or_else(theirs).unwrap_or_default()
    }

    /// The keywords embedded in a photo or listed in its sidecars.
    pub fn keywords(&self, photo: &Photo) -> &[String] {
        let metadata = self.metadata.get(&photo.file.path);
        metadata.map_or(&[], |metadata| &metadata.facts.keywords)
    }

    /// Where a photo was taken, if it has coordinates.
    pub fn place(&self, photo: &Photo) -> Option<Place> {
        self.metadata.get(&photo.file.path)?.place
    }

    /// Where a photo was taken; empty if unknown.
    pub fn place_text(&self, photo: &Photo) -> String {
        (self.place(photo)).map_or_else(String::new, |place| place.to_string())
    }

    /// Adds the place where a photo was taken to its JSON.
    pub fn describe_place(&self, photo: &Photo, value: &mut Value) {
        let metadata = self.metadata.get(&photo.file.path);
        let position = metadata.and_then(|metadata| metadata.facts.position);
        value["place"] = json!(self.place(photo).map(|place| place.to_string()));
        value["coordinates"] = json!(position.map(|at| [at.latitude(), at.longitude()]));
    }

    /// Keeps only the photos that pass the filters.
    ///
    /// # Errors
    /// Returns an error if no photo passes.
    pub fn keep(&self, only: &PhotoFilterArgs, indexed: &mut Indexed) -> anyhow::Result<()> {
        let before = indexed.photos.len();
        let query = |text: &String| PlaceQuery::new(text, WordMatch::Whole);
        let places: Vec<PlaceQuery> = only.place.iter().map(query).collect();
        let is_there = |photo: &Photo| {
            places.is_empty()
                || (self.place(photo))
                    .is_some_and(|place| places.iter().any(|query| query.matches(place)))
        };
        indexed
            .photos
            .retain(|(photo, _)| self.is_asked_for(only, photo) && is_there(photo));
        anyhow::ensure!(
            before == 0 || !indexed.photos.is_empty(),
            t!("cli-none-asked-for", count = Ungrouped(before))
        );
        Ok(())
    }

    fn is_asked_for(&self, only: &PhotoFilterArgs, photo: &Photo) -> bool {
        let mark = self.mark(photo);
        let has = |wanted: &String| {
            let wanted = text::fold(wanted);
            let mut keywords = self.keywords(photo).iter();
            keywords.any(|word| text::fold(word).contains(&wanted))
        };
        mark.stars >= only.min_stars
            && (only.colour.is_none() || mark.colour == only.colour)
            && (!only.picked || mark.flag == Flag::Pick)
            && (!only.no_rejects || mark.flag != Flag::Reject)
            && only.keyword.iter().all(has)
    }

    /// Adds the decisions about a photo to its JSON.
    pub fn describe(&self, photo: &Photo, value: &mut Value) {
        let mark = self.mark(photo);
        value["decision"] = match mark.flag {
            Flag::Pick => json!("pick"),
            Flag::Reject => json!("reject"),
            Flag::None => Value::Null,
        };
        value["stars"] = json!(mark.stars);
        value["colour"] = json!(mark.colour.map(|colour| colour.name().to_lowercase()));
        value["keywords"] = json!(self.keywords(photo));
        self.describe_place(photo, value);
        value["metadata_from"] = self.origins(photo);
    }

    /// The origins of a photo's stars, colour and keywords: the window, the photo, or the name of a sidecar.
    fn origins(&self, photo: &Photo) -> Value {
        let decided = self.marks.contains_key(&photo.facts.content);
        let origins = self.metadata.get(&photo.file.path).map(|m| &m.origins);
        let from = |origin: Option<&Option<MetadataSource>>| {
            let source = origin?.as_ref()?;
            Some(match source {
                MetadataSource::Photo => "photo".to_owned(),
                MetadataSource::Sidecar(name) => name.clone(),
            })
        };
        let mark = |origin| match decided {
            true => Some("lumisift".to_owned()),
            false => from(origin),
        };
        json!({
            "stars": mark(origins.map(|o| &o.rating)),
            "colour": mark(origins.map(|o| &o.colour)),
            "keywords": from(origins.map(|o| &o.keywords)),
            "place": from(origins.map(|o| &o.position)),
        })
    }
}
