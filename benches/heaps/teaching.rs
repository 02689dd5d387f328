//! Counts the answers after which a label ranks the photos of its class well, if the text alone does not.
//!
//! The name of each class is a label with the window's defaults (expanded, default templates). Labels whose average
//! precision over all photos is at least 0.95 are left out. For the others, up to 40 answers are simulated: a photo
//! fits if it is in the class's folder. Photos are chosen in three ways:
//!
//! - questions: by [`Questions`], from the matches of the text, as in the window and in `lumisift estimate`;
//! - random: drawn from all photos, without replacement;
//! - likely: drawn from the photos whose match with the text is at least half the default threshold. There may be
//!   fewer than 40.
//!
//! After each answer, photos that fit become examples and the others counter-examples, the label is trained with them
//! as in the window, and all photos are ranked, including those of the answers. The result is the number of answers at
//! which the average precision first reaches 0.95, or `-` if 40 are not enough. It may fall again with further answers,
//! so the average precision after ten answers is printed too. At the end are means over all these labels, and how many of
//! them are worse than their text after ten answers.

use lumisift::engine::search::label_set::{Wording, label_query};
use lumisift::engine::search::questions::Questions;
use lumisift::engine::search::score::{DEFAULT_MIN_MATCH, LabelQuality};
use lumisift::engine::search::teach::TrainingSet;

use crate::Classified;
use crate::noise::noise;

/// The average precision that labels should reach.
const GOAL: f64 = 0.95;
/// The number of answers in which they should reach it.
const FEW: usize = 10;
/// A label is worse than its text if its average precision is lower by more than this.
const WORSE: f64 = 0.02;
/// The number of answers after which a simulation ends.
const MAX_ANSWERS: usize = 40;

/// Measures all classes. The random numbers are the same in each run.
pub fn measure(photos: &Classified) {
    print_header();
    let mut noise = noise();
    let mut labels = 0;
    let mut taught = Vec::new();
    for class in photos.names() {
        let Some(label) = ClassLabel::new(photos, class) else {
            println!("| {class} | not a label | | | | | | |");
            continue;
        };
        labels += 1;
        if label.precision(&label.matches) < GOAL {
            let curves = label.curves(&mut noise);
            curves.print(class);
            taught.push(curves);
        }
    }
    print_summary(labels, &taught);
    print_means(&taught);
}

/// A label whose text is the name of a class.
struct ClassLabel<'a> {
    photos: &'a Classified,
    class: &'a str,
    /// The label without examples.
    text: TrainingSet,
    /// The matches of all photos with the text.
    matches: Vec<f32>,
}

impl<'a> ClassLabel<'a> {
    /// `None` if the name is not a valid query.
    fn new(photos: &'a Classified, class: &'a str) -> Option<Self> {
        let query = label_query(&class.replace('_', " "), &Wording::default()).ok()?;
        let text = TrainingSet::of(query);
        let matches = photos.matches(&text);
        Some(Self {
            photos,
            class,
            text,
            matches,
        })
    }

    /// The average precision of a ranking of all photos.
    fn precision(&self, matches: &[f32]) -> f64 {
        let judged = matches.iter().enumerate();
        let judged: Vec<(f32, bool)> = judged
            .map(|(photo, matched)| (*matched, self.photos.shows(photo, self.class)))
            .collect();
        LabelQuality::of(&judged, DEFAULT_MIN_MATCH).average_precision
    }

    fn curves(&self, noise: &mut impl FnMut() -> f32) -> LearningCurves {
        LearningCurves {
            questions: self.curve(self.questions()),
            random: self.curve(draw(self.with_match_from(0.0), noise)),
            likely: self.curve(draw(self.with_match_from(DEFAULT_MIN_MATCH / 2.0), noise)),
        }
    }

    /// The photos that are asked about, in order.
    fn questions(&self) -> impl Iterator<Item = usize> {
        let mut questions = Questions::new(&self.matches, DEFAULT_MIN_MATCH);
        std::iter::from_fn(move || {
            let photo = questions.next()?;
            questions.answer(photo, self.photos.shows(photo, self.class));
            Some(photo)
        })
    }

    /// The photos that match the text at least this well.
    fn with_match_from(&self, least: f32) -> Vec<usize> {
        let photos = 0..self.matches.len();
        photos.filter(|at| self.matches[*at] >= least).collect()
    }

    /// Trains the label with answers about `photos`, one after another. Stops once the goal is reached, but not before
    /// [`FEW`] answers.
    fn curve(&self, photos: impl IntoIterator<Item = usize>) -> LearningCurve {
        let mut label = self.text.clone();
        let mut curve = LearningCurve(vec![self.precision(&self.matches)]);
        for photo in photos.into_iter().take(MAX_ANSWERS) {
            let examples = match self.photos.shows(photo, self.class) {
                true => &mut label.examples,
                false => &mut label.counter_examples,
            };
            examples.push(self.photos.path(photo));
            curve.0.push(self.precision(&self.photos.matches(&label)));
            if curve.0.len() > FEW && curve.answers_to_goal().is_some() {
                break;
            }
        }
        curve
    }
}

/// Draws up to [`MAX_ANSWERS`] photos without replacement.
fn draw(mut photos: Vec<usize>, noise: &mut impl FnMut() -> f32) -> Vec<usize> {
    let count = photos.len().min(MAX_ANSWERS);
    for at in 0..count {
        let left = photos.len() - at;
        let away = ((noise() + 1.0) / 2.0 * left as f32) as usize;
        photos.swap(at, at + away.min(left - 1));
    }
    photos.truncate(count);
    photos
}

/// The average precision of a label after each number of answers, starting with none.
struct LearningCurve(Vec<f64>);

impl LearningCurve {
    /// The average precision after some answers, or after all if there are fewer.
    fn after(&self, answers: usize) -> f64 {
        self.0[answers.min(self.0.len() - 1)]
    }

    fn answers_to_goal(&self) -> Option<usize> {
        self.0.iter().position(|precision| *precision >= GOAL)
    }
}

/// The learning curves of one label.
struct LearningCurves {
    questions: LearningCurve,
    random: LearningCurve,
    likely: LearningCurve,
}

impl LearningCurves {
    fn all(&self) -> [&LearningCurve; 3] {
        [&self.questions, &self.random, &self.likely]
    }

    fn print(&self, class: &str) {
        let few = self.all().map(|curve| format!("{:.3}", curve.after(FEW)));
        let answers = self.all().map(|curve| {
            let answers = curve.answers_to_goal();
            answers.map_or_else(|| "-".into(), |answers| answers.to_string())
        });
        let text = format!("{:.3}", self.questions.after(0));
        print_row(class, &text, &few, &answers);
    }
}

fn print_row(class: &str, text: &str, few: &[String; 3], answers: &[String; 3]) {
    println!(
        "| {class} | {text} | {} | {} | {} | {} | {} | {} |",
        few[0], few[1], few[2], answers[0], answers[1], answers[2]
    );
}

fn print_header() {
    let few = ["questions", "random", "likely"].map(|order| format!("after {FEW}: {order}"));
    let answers = ["questions", "random", "likely"].map(|order| format!("to {GOAL}: {order}"));
    print_row("class", "text", &few, &answers);
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
}

fn print_summary(labels: usize, taught: &[LearningCurves]) {
    println!(
        "\n{} of {labels} labels have an average precision below {GOAL} from their text",
        taught.len()
    );
    println!(
        "of them, {} reach {GOAL} after at most {FEW} answers to questions; {} have it after exactly {FEW}",
        count(taught, |curves| is_reached(&curves.questions, FEW)),
        count(taught, |curves| curves.questions.after(FEW) >= GOAL)
    );
    println!(
        "questions need at most half the answers: {} times compared with random photos, {} times with likely ones",
        count(taught, |curves| is_half(&curves.questions, &curves.random)),
        count(taught, |curves| is_half(&curves.questions, &curves.likely))
    );
    println!(
        "median answers to {GOAL}: questions {}, random {}, likely {}",
        median_answers(taught.iter().map(|curves| &curves.questions)),
        median_answers(taught.iter().map(|curves| &curves.random)),
        median_answers(taught.iter().map(|curves| &curves.likely))
    );
}

fn print_means(taught: &[LearningCurves]) {
    println!("\n| photos | text | after 3 | after 5 | after {FEW} | worse than the text |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (at, order) in ["questions", "random", "likely"].iter().enumerate() {
        let curves = || taught.iter().map(|curves| curves.all()[at]);
        let mean = |answers| {
            let sum: f64 = curves().map(|curve| curve.after(answers)).sum();
            sum / taught.len().max(1) as f64
        };
        let worse = curves().filter(|curve| curve.after(FEW) < curve.after(0) - WORSE);
        println!(
            "| {order} | {:.3} | {:.3} | {:.3} | {:.3} | {} |",
            mean(0),
            mean(3),
            mean(5),
            mean(FEW),
            worse.count()
        );
    }
}

fn count(taught: &[LearningCurves], is_counted: impl Fn(&LearningCurves) -> bool) -> usize {
    taught
        .iter()
        .map(|curves| usize::from(is_counted(curves)))
        .sum()
}

fn is_reached(curve: &LearningCurve, answers: usize) -> bool {
    curve
        .answers_to_goal()
        .is_some_and(|needed| needed <= answers)
}

/// Whether the questions need at most half the answers of `other`. If `other` does not reach the goal, it needs at least
/// one answer more than [`MAX_ANSWERS`], or has no more photos.
fn is_half(questions: &LearningCurve, other: &LearningCurve) -> bool {
    let most = other.answers_to_goal().unwrap_or(MAX_ANSWERS + 1);
    is_reached(questions, most / 2)
}

/// The median number of answers to the goal, the higher one of an even count.
fn median_answers<'a>(curves: impl Iterator<Item = &'a LearningCurve>) -> String {
    let mut answers: Vec<usize> = curves
        .map(|curve| curve.answers_to_goal().unwrap_or(MAX_ANSWERS + 1))
        .collect();
    answers.sort_unstable();
    match answers.get(answers.len() / 2) {
        Some(answers) if *answers <= MAX_ANSWERS => answers.to_string(),
        Some(_) => format!("more than {MAX_ANSWERS}"),
        None => "-".into(),
    }
}
