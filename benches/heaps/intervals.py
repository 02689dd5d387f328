"""How often the 90 % intervals of `lumisift estimate` contain the true value, on labelled photos.

    lumisift sort DIR -l "LABEL" -l ... --format json > matches.json
    python benches/heaps/intervals.py matches.json [--answers 10] [--runs 1000]    # needs numpy

DIR has a folder for each label: a photo shows a label if the name of its folder begins with it, in any case and with
underscores for spaces. Each run draws a label, 20 to 100 % of its photos and 500 to 5,000 others, and asks about them
as `questions.rs` does. This is a port of that file, so change both together. Every second label, in alphabetical order,
is held out: the priors were chosen on the rest. `--simulated` draws libraries as `library` in the
unit tests does (logistic curves only).
"""

import argparse
import json
import math
from pathlib import PurePath

import numpy as np

TARGETS = (0.5, 0.2, 0.8, 0.35, 0.65)
SLOPES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6)
RATES = (0.003, 0.01, 0.03, 0.1)
# Slopes of the logistic curves, rates of the constant ones, and the prior probability of the latter.
MODELS = {
    "logistic curves alone": ((0.35, *SLOPES), (), 0.0),
    "logistic and constant curves": (SLOPES, RATES, 0.2),
}


def log_odds(match):
    match = np.clip(match, 1e-5, 1 - 1e-5)
    return np.log(match / (1 - match))


LINE = log_odds(0.2)


class Questions:
    """The scores are in ascending order."""

    def __init__(self, scores, fits, model, line=LINE):
        slopes, rates, constant = MODELS[model]
        away = np.linspace(-7, 7, 49)
        place = np.exp(-0.5 * (away / 2.5) ** 2)
        prior = np.repeat(place / place.sum() / len(slopes), len(slopes)) * (1 - constant)
        self.weight = np.log(np.r_[prior, [constant / max(len(rates), 1)] * len(rates)])
        # A curve is the logistic function of slope * score - shift, and a constant one has no slope.
        self.middle = np.repeat(line + away, len(slopes))
        self.slope = np.r_[np.tile(slopes, 49), np.zeros(len(rates))]
        self.shift = np.r_[self.slope[: len(self.middle)] * self.middle, -log_odds(np.array(rates))]
        self.scores, self.fits, self.line = scores, fits, line
        self.asked = np.zeros(len(scores), bool)

    def chances(self, scores):
        """One row per curve."""
        return 1 / (1 + np.exp(self.shift[:, None] - np.multiply.outer(self.slope, scores)))

    def answer(self, photo):
        chance = self.chances(self.scores[photo : photo + 1])[:, 0]
        self.weight += np.log(np.maximum(chance if self.fits[photo] else 1 - chance, 1e-9))
        self.asked[photo] = True

    def weights(self):
        weight = np.exp(self.weight - self.weight.max())
        return weight / weight.sum()

    def next(self):
        weights, target = self.weights(), TARGETS[self.asked.sum() % len(TARGETS)]
        low, high = -40.0, 40.0
        for _ in range(40):
            middle = (low + high) / 2
            if weights @ self.chances(np.array([middle]))[:, 0] < target:
                low = middle
            else:
                high = middle
        return int(np.argmin(np.where(self.asked, np.inf, np.abs(self.scores - low))))

    def threshold(self):
        weights = self.weights()[: len(self.middle)]
        return weights @ self.middle / weights.sum()

    def counts(self, above):
        """The interval of the number of wrong photos (above the line) or missed ones, and the true number."""
        side = (self.scores >= self.line) == above
        counted = side & (self.fits != above)
        known, scores = (counted & self.asked).sum(), self.scores[side & ~self.asked]
        if not len(scores):
            return known, known, known
        start = np.flatnonzero(np.r_[True, np.diff(np.floor(scores / 0.1)) != 0])
        photos = np.diff(np.r_[start, len(scores)])
        chance = self.chances(np.add.reduceat(scores, start) / photos)
        chance = 1 - chance if above else chance
        mean, spread = known + chance @ photos, np.sqrt((chance * (1 - chance)) @ photos)
        weights, spread = self.weights(), np.maximum(spread, 0.05)

        def quantile(part):
            low, high = float(known), float(known + len(scores))
            for _ in range(50):
                middle = (low + high) / 2
                if weights @ normal((middle + 0.5 - mean) / spread) < part:
                    low = middle
                else:
                    high = middle
            return low

        return math.floor(quantile(0.05)), math.ceil(quantile(0.95)), counted.sum()


def normal(x):
    """The normal distribution function, by formula 26.2.17 of Abramowitz and Stegun."""
    t = 1 / (1 + 0.2316419 * np.abs(x))
    factors = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530, 0)
    tail = np.exp(-x * x / 2) / math.sqrt(2 * math.pi) * np.polyval(factors, t)
    return np.where(x >= 0, 1 - tail, tail)


def simulated(random):
    middle, slope = LINE + 1.5 * random.normal(), 0.8 * math.exp(1.2 * random.random())
    scores = 2 * random.normal(size=600) + np.where(np.arange(600) % 6 == 0, 1, -5)
    scores = np.sort(np.clip(scores, log_odds(0), log_odds(1)))
    return scores, random.random(600) < 1 / (1 + np.exp(-slope * (scores - middle)))


def read(path):
    """Scores with a row per label, and whether each photo shows each label."""
    with open(path) as file:
        photos = json.load(file)["photos"]
    labels = sorted(label["label"] for label in photos[0]["labels"])
    matches = [{label["label"]: label["match"] for label in photo["labels"]} for photo in photos]
    folders = [PurePath(photo["path"]).parent.name.replace("_", " ").lower() for photo in photos]
    scores = log_odds(np.array([[match[label] for match in matches] for label in labels]))
    return scores, np.array([[folder.startswith(label.lower()) for folder in folders] for label in labels])


def drawn(random, scores, shows, labels):
    label = random.choice(labels)
    own, others = np.flatnonzero(shows[label]), np.flatnonzero(~shows[label])
    count = min(round(math.exp(random.uniform(math.log(500), math.log(5000)))), len(others))
    own = random.choice(own, max(1, round(random.uniform(0.2, 1) * len(own))), False)
    photos = np.r_[own, random.choice(others, count, False)]
    photos = photos[np.argsort(scores[label, photos], kind="stable")]
    return scores[label, photos], shows[label, photos]


def measure(libraries, model, answers):
    """Per run: the prevalence, the number of yeses, F1 at the suggested threshold, and the counts of wrong and missed
    photos at the threshold of 0.2 and, as in the window, at the suggested one."""
    for scores, fits in libraries:
        questions = Questions(scores, fits, model)
        asked = []
        for _ in range(answers):
            asked.append(questions.next())
            questions.answer(asked[-1])
        line = log_odds(np.clip(round(1 / (1 + math.exp(-questions.threshold())), 3), 0.001, 0.999))
        found = scores >= line
        f1 = 2 * (found & fits).sum() / max(1, found.sum() + fits.sum())
        suggested = Questions(scores, fits, model, line)
        for photo in asked:
            suggested.answer(photo)
        counts = [each.counts(above) for each in (questions, suggested) for above in (True, False)]
        yield fits.mean(), fits[asked].sum(), f1, *np.ravel(counts)


def report(name, runs):
    if not len(runs):
        return
    low, high, truth = (runs[:, 3 + at :: 3] for at in range(3))
    inside = ((low <= truth) & (truth <= high)).mean(0)
    width, middle = (high - low).mean(0), np.median(high - low, 0)
    row = [name, len(runs), *(f"{part:.1%}" for part in inside)]
    row += [f"{width[at]:.0f} ({middle[at]:.0f})" for at in range(4)] + [f"{runs[:, 2].mean():.3f}"]
    print("|", " | ".join(map(str, row)), "|", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("matches", nargs="?")
    parser.add_argument("--answers", type=int, default=10)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--development", action="store_true", help="the labels that are not held out")
    parser.add_argument("--simulated", action="store_true")
    args = parser.parse_args()
    random = np.random.default_rng(args.seed)
    if args.simulated:
        libraries = [simulated(random) for _ in range(args.runs)]
    else:
        scores, shows = read(args.matches)
        labels = np.arange(0 if args.development else 1, len(shows), 2)
        libraries = [drawn(random, scores, shows, labels) for _ in range(args.runs)]
    print("Inside the interval, and its mean width (median), at 0.2 and at the suggested threshold")
    names = ["runs", "wrong", "missed", "wrong, suggested", "missed, suggested"]
    print("| |", " | ".join(names + ["width " + name for name in names[1:]] + ["F1"]), "|")
    print("|---" + "|---:" * 10 + "|")
    for model in MODELS:
        runs = np.array(list(measure(libraries, model, args.answers)), float)
        report(f"**{model}**", runs)
        for low, high in ((0, 0.01), (0.01, 0.03), (0.03, 0.1), (0.1, 1)):
            report(f"{low:.0%} to {high:.0%} show it", runs[(low <= runs[:, 0]) & (runs[:, 0] < high)])
        report("no yes", runs[runs[:, 1] == 0])


if __name__ == "__main__":
    main()
