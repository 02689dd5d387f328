//! Notifications (toasts), and when they disappear.

use std::time::{Duration, Instant};

use super::state::{NOTICE_TIME, Notice, NoticeCause, State};
use crate::text;

/// Maximum number of past notifications that can be read again.
const SAID: usize = 100;

impl State {
    /// Shows a notification.
    pub fn notify(&mut self, text: impl Into<String>, bad: bool) {
        self.say(text.into(), bad, None);
    }

    /// Shows an error until its cause is resolved.
    pub fn notify_of(&mut self, cause: NoticeCause, text: impl Into<String>) {
        self.say(text.into(), true, Some(cause));
    }

    /// Removes notifications about a resolved cause.
    pub fn settle(&mut self, cause: NoticeCause) {
        self.notices.retain(|notice| notice.cause != Some(cause));
    }

    /// Removes expired notifications. Returns the time until the next one expires.
    pub fn forget_seen(&mut self) -> Option<Duration> {
        let now = Instant::now();
        self.notices.retain(|notice| !notice.is_over(now));
        let passing = self.notices.iter().filter(|notice| !notice.bad);
        let left = passing.map(|notice| NOTICE_TIME.saturating_sub(notice.since.elapsed()));
        left.min()
    }

    fn say(&mut self, text: String, bad: bool, cause: Option<NoticeCause>) {
        let since = Instant::now();
        let notice = Notice {
            text: text::sentence(&text).into_owned(),
            bad,
            cause,
            since,
        };
        let there = |other: &Notice| other.text == notice.text;
        // Do not list the same text twice in a row.
        if !self.said.front().is_some_and(there) {
            self.said.push_front(notice.clone());
            self.said.truncate(SAID);
        }
        match self
            .notices
            .iter_mut()
            .find(|other| other.text == notice.text)
        {
            Some(other) => other.since = since,
            None => self.notices.push(notice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_went_well_goes_by_itself() {
        let notice = |bad| Notice {
            text: "done".into(),
            bad,
            cause: None,
            since: Instant::now(),
        };
        let (good, bad) = (notice(false), notice(true));
        let later = Instant::now() + NOTICE_TIME;
        assert!(good.is_over(later) && !bad.is_over(later));
        assert!(!good.is_over(good.since));
    }
}
