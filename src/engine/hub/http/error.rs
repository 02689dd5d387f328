//! Errors of requests.

use super::address::RedirectRefusal;

/// Why a request gave nothing. Each message is a clause that names the host.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The person does not want it any more.
    #[error("the work was cancelled")]
    Cancelled,
    /// No answer.
    #[error("{host} cannot be reached ({reason})")]
    Unreachable {
        /// Which host.
        host: String,
        /// Why, as far as it is known.
        reason: String,
    },
    /// The answer broke off.
    #[error("the connection to {host} broke off ({reason})")]
    Broken {
        /// Which host.
        host: String,
        /// Why.
        reason: String,
    },
    /// An answer that is no success.
    #[error("{host} answers {status}")]
    Status {
        /// Which host.
        host: String,
        /// HTTP's number.
        status: u16,
    },
    /// A redirect that is not followed.
    #[error("{host} redirects to {to}, {reason}: it is not followed")]
    Redirect {
        /// Which host.
        host: String,
        /// To which host.
        to: String,
        /// Why not.
        reason: RedirectRefusal,
    },
    /// More than was asked for.
    #[error("{host} sends more than {limit} bytes")]
    TooLarge {
        /// Which host.
        host: String,
        /// What is allowed.
        limit: u64,
    },
}
