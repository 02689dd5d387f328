//! Questions about photos near a label's threshold, and an estimate from the answers. Pure functions.

use super::item_id::ItemId;
use super::labels::LabelId;
use super::match_axis;
use crate::engine::search::questions::{Estimate, Interval, Questions};
use crate::{t, text};

/// Minimum number of answers before the estimate is shown.
pub const MIN_ANSWERS: usize = 10;

/// The answer about a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Fits(bool),
    Skipped,
}

/// Questions about one label.
pub struct Questioning {
    /// The label.
    pub label: LabelId,
    /// The label's text when the questions began.
    pub text: String,
    items: Vec<ItemId>,
    matches: Vec<f32>,
    min_match: f32,
    answers: Vec<(usize, Answer)>,
    current: Option<usize>,
    /// The suggested threshold.
    pub suggested: f32,
    /// The estimate for that threshold, as a sentence.
    pub sentence: String,
}

impl Questioning {
    /// Starts questions about photos with the given matches. `None` if there is nothing to ask.
    #[must_use]
    pub fn new(
        label: LabelId,
        text: String,
        min_match: f32,
        (items, matches): (Vec<ItemId>, Vec<f32>),
    ) -> Option<Self> {
        let mut questioning = Self {
            label,
            text,
            items,
            matches,
            min_match,
            answers: Vec::new(),
            current: None,
            suggested: min_match,
            sentence: String::new(),
        };
        questioning.next_question();
        questioning.current.is_some().then_some(questioning)
    }

    /// The questions with all answers so far.
    fn questions(&self) -> Questions {
        let mut questions = Questions::new(&self.matches, self.min_match);
        for (at, answer) in &self.answers {
            match answer {
                Answer::Fits(fits) => questions.answer(*at, *fits),
                Answer::Skipped => questions.skip(*at),
            }
        }
        questions
    }

    /// The photo of the current question; `None` if there are no more questions.
    #[must_use]
    pub fn current(&self) -> Option<ItemId> {
        self.items.get(self.current?).copied()
    }

    /// The number of answers, without skipped questions.
    #[must_use]
    pub fn answers(&self) -> usize {
        let fits = |(_, answer): &&(usize, Answer)| *answer != Answer::Skipped;
        self.answers.iter().filter(fits).count()
    }

    /// Whether there is an answer to undo.
    #[must_use]
    pub fn can_undo_answer(&self) -> bool {
        !self.answers.is_empty()
    }

    /// Answers the current question; `None` skips it.
    pub fn answer(&mut self, fits: Option<bool>) {
        let Some(at) = self.current else { return };
        self.answers
            .push((at, fits.map_or(Answer::Skipped, Answer::Fits)));
        self.next_question();
    }

    /// Chooses the next question, and updates the estimate.
    fn next_question(&mut self) {
        let questions = self.questions();
        self.current = questions.next();
        let line = match_axis::in_steps(questions.likely_threshold());
        self.suggested = line.clamp(match_axis::STEP, 1.0 - match_axis::STEP);
        self.sentence = self.estimate_text(&questions.estimate_at(self.suggested));
    }

    /// Undoes the last answer, and asks its question again.
    pub fn undo_answer(&mut self) {
        if let Some((at, _)) = self.answers.pop() {
            self.next_question();
            self.current = Some(at);
        }
    }

    /// An estimate as a sentence: "312 photos fit, about 9 of them wrong (4 to 17), about 14 missed (6 to 30)".
    fn estimate_text(&self, estimate: &Estimate) -> String {
        let about = |interval: Interval| {
            let number = |number: f64| text::count(number.round().max(0.0) as usize);
            (
                number(interval.expected),
                number(interval.low),
                number(interval.high),
            )
        };
        let (wrong, wrong_low, wrong_high) = about(estimate.wrong);
        let (missed, missed_low, missed_high) = about(estimate.missed);
        t!(
            "questions-sentence",
            label = self.text,
            fitting = estimate.fitting,
            wrong = wrong,
            wrong_low = wrong_low,
            wrong_high = wrong_high,
            missed = missed,
            missed_low = missed_low,
            missed_high = missed_high
        )
    }

    /// The photos with this answer.
    #[must_use]
    pub fn answered(&self, fits: bool) -> Vec<ItemId> {
        let answers = self
            .answers
            .iter()
            .filter(|(_, answer)| *answer == Answer::Fits(fits));
        answers.map(|(at, _)| self.items[*at]).collect()
    }

    /// Translates item ids after items were removed, with the answers about those that stay. `None` if nothing is left.
    #[must_use]
    pub fn renumbered(self, new: &[Option<ItemId>]) -> Option<Self> {
        let (mut items, mut matches) = (Vec::new(), Vec::new());
        let photos = self.items.iter().zip(&self.matches);
        let places = photos.map(|(id, matched)| {
            items.push(new.get(*id as usize).copied().flatten()?);
            matches.push(*matched);
            Some(items.len() - 1)
        });
        let places: Vec<Option<usize>> = places.collect();
        let answers = self.answers.iter();
        let answers = answers.filter_map(|(at, answer)| Some((places[*at]?, *answer)));
        let mut next = Self {
            answers: answers.collect(),
            items,
            matches,
            ..self
        };
        next.next_question();
        // The question that is shown stays, because its answer may be typed already.
        next.current = self.current.and_then(|at| places[at]).or(next.current);
        (next.current.is_some() || next.can_undo_answer()).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questioning() -> Questioning {
        let mut questioning = Questioning {
            label: 1,
            text: "receipt".into(),
            items: (10..410).collect(),
            matches: (0..400).map(|n| n as f32 / 400.0).collect(),
            min_match: 0.2,
            answers: Vec::new(),
            current: None,
            suggested: 0.2,
            sentence: String::new(),
        };
        questioning.next_question();
        questioning
    }

    #[test]
    fn answers_set_a_line_and_say_how_sure_it_is() {
        let mut questioning = questioning();
        while questioning.answers() < MIN_ANSWERS {
            let current = questioning.current().expect("a photo");
            questioning.answer(Some(current >= 210));
        }
        let line = questioning.suggested;
        assert!((0.35..0.65).contains(&line), "{line}");
        let sentence = &questioning.sentence;
        let fitting = 400 - (line * 400.0).ceil() as usize;
        let begin = format!("receipt: {fitting} photos fit, about ");
        assert!(sentence.starts_with(&begin), "{sentence}");
        let both = questioning.answered(true).len() + questioning.answered(false).len();
        assert_eq!(both, MIN_ANSWERS);
    }

    #[test]
    fn skipped_photos_are_asked_again_only_after_undo() {
        let mut questioning = questioning();
        let first = questioning.current();
        questioning.answer(None);
        assert_ne!(questioning.current(), first);
        assert_eq!(questioning.answers(), 0);
        questioning.answer(Some(true));
        questioning.undo_answer();
        questioning.undo_answer();
        assert_eq!(questioning.current(), first);
        assert!(!questioning.can_undo_answer());
        let gone: Vec<Option<ItemId>> = vec![None; 500];
        assert!(questioning.renumbered(&gone).is_none());
    }

    #[test]
    fn answers_about_photos_that_stay_are_kept_when_others_are_removed() {
        let mut questioning = questioning();
        let mut asked = Vec::new();
        for fits in [true, false, true] {
            asked.extend(questioning.current());
            questioning.answer(Some(fits));
        }
        let current = questioning.current().expect("a photo");
        // The second photo is removed, so later items move up.
        let removed = asked[1];
        let follow = |id: ItemId| match id.cmp(&removed) {
            std::cmp::Ordering::Equal => None,
            order => Some(id - ItemId::from(order.is_gt())),
        };
        let new: Vec<Option<ItemId>> = (0..500).map(follow).collect();
        let questioning = questioning.renumbered(&new).expect("questions");
        assert_eq!(questioning.current(), follow(current));
        let kept = [asked[0], asked[2]].map(|id| follow(id).expect("it stays"));
        assert_eq!(questioning.answered(true), kept);
        assert!(questioning.answered(false).is_empty());
    }
}
