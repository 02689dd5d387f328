//! From typed words to scores: queries, what words stand for, matches, and labels that learn from examples. Pure.

pub mod bursts;
pub mod duplicates;
pub mod fit;
pub mod label_set;
pub mod lexicon;
pub mod prompts;
pub mod query;
pub mod score;
pub mod teach;
