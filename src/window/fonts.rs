//! Fonts of the system for characters that the program's own font lacks. Chinese and Japanese write many characters
//! differently that are one in Unicode, so the font depends on the language.

use std::sync::Arc;

use egui::Context;
use egui_system_font_provider::SystemFontProvider;

use crate::text::{self, Locale};

/// Which language's fonts are used.
#[derive(Default)]
pub struct Fonts {
    language: Option<Locale>,
}

impl Fonts {
    /// Changes the fonts when the window's language has changed.
    pub fn follow_language(&mut self, ctx: &Context) {
        let language = text::current();
        if self.language == Some(language) {
            return;
        }
        self.language = Some(language);
        let provider = SystemFontProvider::new();
        let provider = match language {
            Locale::SimplifiedChinese | Locale::Japanese => {
                provider.with_locale(Some(language.tag()))
            }
            // Labels and names of files are then in the system's language.
            _ => provider,
        };
        ctx.set_font_providers(vec![Arc::new(provider)]);
    }
}
