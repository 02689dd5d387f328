//! Notifications (toasts), and when they disappear.

use std::time::{Duration, Instant};

use super::state::{NOTICE_TIME, Notice, NoticeCause, State};
use crate::text::{self, Surface};

/// Maximum number of past notifications that can be read again.
const MAX_PAST_NOTICES: usize = 100;

/// Maximum number of current notifications. Errors never expire, and there can be one for each of thousands of files.
const MAX_NOTICES: usize = 200;

impl State {
    /// Shows a notification.
    pub fn notify(&mut self, text: impl Into<String>, is_error: bool) {
        self.push_notice(text.into(), is_error, None);
    }

    /// Shows an error until its cause is resolved.
    pub fn notify_of(&mut self, cause: NoticeCause, text: impl Into<String>) {
        self.push_notice(text.into(), true, Some(cause));
    }

    /// Shows the effect of a change until it times out or the change is undone.
    pub fn notify_effect(&mut self, cause: NoticeCause, text: impl Into<String>) {
        self.push_notice(text.into(), false, Some(cause));
    }

    /// Removes notifications about a resolved cause.
    pub fn resolve_cause(&mut self, cause: NoticeCause) {
        self.notices.retain(|notice| notice.cause != Some(cause));
    }

    /// Removes expired notifications. Returns the time until the next one expires.
    pub fn forget_seen(&mut self) -> Option<Duration> {
        let now = Instant::now();
        self.notices.retain(|notice| !notice.is_over(now));
        let passing = self.notices.iter().filter(|notice| !notice.is_error);
        let left = passing.map(|notice| NOTICE_TIME.saturating_sub(notice.since.elapsed()));
        left.min()
    }

    fn push_notice(&mut self, text: String, is_error: bool, cause: Option<NoticeCause>) {
        let since = Instant::now();
        let notice = Notice {
            text: text::advised(&text, Surface::Window).into_owned(),
            is_error,
            cause,
            since,
        };
        let there = |other: &Notice| other.text == notice.text;
        // Do not list the same text twice in a row.
        if !self.past_notices.front().is_some_and(there) {
            self.past_notices.push_front(notice.clone());
            self.past_notices.truncate(MAX_PAST_NOTICES);
        }
        match self
            .notices
            .iter_mut()
            .find(|other| other.text == notice.text)
        {
            Some(other) => other.since = since,
            None => push_limited(&mut self.notices, notice),
        }
    }
}

/// Adds a notification. If there are too many, removes the oldest one, preferably one without a cause.
fn push_limited(notices: &mut Vec<Notice>, notice: Notice) {
    if notices.len() >= MAX_NOTICES {
        let oldest = notices.iter().position(|other| other.cause.is_none());
        notices.remove(oldest.unwrap_or(0));
    }
    notices.push(notice);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_about_success_expire() {
        let notice = |is_error| Notice {
            text: "done".into(),
            is_error,
            cause: None,
            since: Instant::now(),
        };
        let (success, error) = (notice(false), notice(true));
        let later = Instant::now() + NOTICE_TIME;
        assert!(success.is_over(later) && !error.is_over(later));
        assert!(!success.is_over(success.since));
    }

    #[test]
    fn the_number_of_errors_is_limited() {
        let error = |number: usize, cause| Notice {
            text: number.to_string(),
            is_error: true,
            cause,
            since: Instant::now(),
        };
        let mut notices = vec![error(0, Some(NoticeCause::Reading))];
        for number in 1..=MAX_NOTICES {
            push_limited(&mut notices, error(number, None));
        }
        assert_eq!(notices.len(), MAX_NOTICES);
        assert_eq!((&*notices[0].text, &*notices[1].text), ("0", "2"));
        let newest = notices.last().map(|notice| notice.text.clone());
        assert_eq!(newest, Some(MAX_NOTICES.to_string()));
    }
}
