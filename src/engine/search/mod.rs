//! From typed words to match scores: queries, expansion, scoring, and classifiers trained on examples. Pure.

pub mod bundled_prompts;
pub mod bursts;
pub mod clusters;
pub mod describe;
pub mod dictionary;
pub mod duplicates;
pub mod fit;
pub mod label_set;
pub mod lexicon;
pub mod math;
mod nouns;
pub mod prompts;
pub mod query;
pub mod questions;
pub mod score;
pub mod teach;
