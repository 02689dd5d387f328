//! Types that can be arguments of messages.

use std::borrow::Cow;

use fluent_bundle::FluentValue;
use fluent_bundle::types::FluentNumber;

/// A number or string.
pub trait Argument {
    /// Converts it to a Fluent value.
    fn argument(&self) -> FluentValue<'_>;
}

macro_rules! numbers {
    ($($kind:ty),+) => {
        $(impl Argument for $kind {
            fn argument(&self) -> FluentValue<'_> {
                FluentValue::from(*self)
            }
        })+
    };
}

numbers!(i8, i16, i32, i64, u8, u16, u32, u64, usize, f32, f64);

impl Argument for str {
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::from(self)
    }
}

impl Argument for String {
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_str())
    }
}

impl Argument for Cow<'_, str> {
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::from(self.as_ref())
    }
}

/// How the digits of a number are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// With thousands separators.
    Grouped,
    /// Without them, as the command line writes numbers: scripts read what it says.
    Ungrouped,
}

impl Digits {
    /// A number as an argument of a message.
    pub(super) fn number<N>(self, number: N) -> FluentNumber
    where
        FluentNumber: From<N>,
    {
        let mut number = FluentNumber::from(number);
        // Below 1,000 there is nothing to group. Fluent also compares the options where a message has a variant for a
        // number, such as `[1]`.
        let has_groups = number.value.abs() >= 1_000.0;
        number.options.use_grouping = self == Self::Grouped || !has_groups;
        number
    }
}

impl Argument for FluentNumber {
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::Number(self.clone())
    }
}

/// A number whose digits are [`Digits::Ungrouped`].
#[derive(Clone, Copy, Debug)]
pub struct Ungrouped<N>(pub N);

impl<N: Copy> Argument for Ungrouped<N>
where
    FluentNumber: From<N>,
{
    fn argument(&self) -> FluentValue<'_> {
        FluentValue::Number(Digits::Ungrouped.number(self.0))
    }
}

macro_rules! shown {
    ($($kind:ty),+) => {
        $(impl Argument for $kind {
            fn argument(&self) -> FluentValue<'_> {
                FluentValue::from(self.to_string())
            }
        })+
    };
}

shown!(
    char,
    std::path::Display<'_>,
    std::ffi::os_str::Display<'_>,
    std::io::Error
);

impl<T: Argument + ?Sized> Argument for &T {
    fn argument(&self) -> FluentValue<'_> {
        (**self).argument()
    }
}
