//! Colours, spacing and radii for light and dark themes. All panels use these.

use egui::{Color32, Context, CornerRadius, Margin, Shadow, Stroke, Style, Visuals, vec2};

use crate::app::document::labels::COLOURS;
use crate::engine::organize::marks::Colour;
use crate::settings::Theme;

/// Small spacing, between related widgets.
pub const SPACE_S: f32 = 4.0;
/// Normal spacing.
pub const SPACE_M: f32 = 8.0;
/// Large spacing, between unrelated widgets.
pub const SPACE_L: f32 = 16.0;
/// Corner radius of cells, chips and buttons.
pub const RADIUS: u8 = 6;
/// Corner radius of dialogs.
pub const RADIUS_L: u8 = 10;
/// Normal text size.
pub const TEXT: f32 = 14.0;
/// Small text size.
pub const TEXT_S: f32 = 12.0;

/// The colours of a theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Background of the grid.
    pub background: Color32,
    /// Background of panels and dialogs.
    pub panel: Color32,
    /// Background of buttons, text fields and cells.
    pub raised: Color32,
    /// Background of hovered widgets.
    pub hovered: Color32,
    /// Separators and outlines.
    pub line: Color32,
    /// Normal text.
    pub text: Color32,
    /// Secondary text.
    pub weak: Color32,
    /// Selected items and primary actions.
    pub accent: Color32,
    /// Text on the accent colour.
    pub on_accent: Color32,
    /// Positive: picks.
    pub good: Color32,
    /// Warnings.
    pub warn: Color32,
    /// Negative: rejects and errors.
    pub bad: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub const DARK: Palette = Palette {
    background: rgb(0x14_161A),
    panel: rgb(0x1B_1E24),
    raised: rgb(0x2A_2F39),
    hovered: rgb(0x36_3D4A),
    line: rgb(0x3A_414E),
    text: rgb(0xE8_EAED),
    weak: rgb(0xA9_B0BD),
    accent: rgb(0x5B_9DFF),
    on_accent: rgb(0x0B_1220),
    good: rgb(0x4C_C38A),
    warn: rgb(0xF2_B84B),
    bad: rgb(0xFF_8A80),
};

/// The light theme.
pub const LIGHT: Palette = Palette {
    background: rgb(0xF4_F5F7),
    panel: rgb(0xFF_FFFF),
    raised: rgb(0xE9_ECF1),
    hovered: rgb(0xDC_E1E9),
    line: rgb(0xC9_D0DA),
    text: rgb(0x1B_1F27),
    weak: rgb(0x50_5A6B),
    accent: rgb(0x1A_56BE),
    on_accent: rgb(0xFF_FFFF),
    good: rgb(0x16_6B3E),
    warn: rgb(0x7A_5000),
    bad: rgb(0xB4_2318),
};

/// Label colours: those of Okabe and Ito (Color Universal Design, 2008), and three more that colour-blind users can
/// tell apart from these and each other.
pub const LABELS: [Color32; COLOURS] = [
    rgb(0xE6_9F00),
    rgb(0x56_B4E9),
    rgb(0x00_9E73),
    rgb(0xF0_E442),
    rgb(0x00_72B2),
    rgb(0xD5_5E00),
    rgb(0xCC_79A7),
    rgb(0xB8_BEC8),
    rgb(0x5D_2E8C),
    rgb(0x7A_4A12),
];

/// The colour of a label, by index.
#[must_use]
pub fn label_colour(colour: usize) -> Color32 {
    LABELS[colour % COLOURS]
}

/// The display colour of a colour mark.
#[must_use]
pub fn mark_colour(colour: Colour) -> Color32 {
    match colour {
        Colour::Red => Color32::from_rgb(0xE0, 0x4F, 0x4F),
        Colour::Yellow => Color32::from_rgb(0xF0, 0xC2, 0x3C),
        Colour::Green => Color32::from_rgb(0x4C, 0xAF, 0x6A),
        Colour::Blue => Color32::from_rgb(0x4A, 0x8D, 0xE8),
        Colour::Purple => Color32::from_rgb(0xA0, 0x6B, 0xD6),
    }
}

/// Black or white, whichever has more contrast on the given colour.
#[must_use]
pub fn text_on(colour: Color32) -> Color32 {
    if contrast(colour, Color32::BLACK) >= contrast(colour, Color32::WHITE) {
        Color32::BLACK
    } else {
        Color32::WHITE
    }
}

/// Contrast ratio of two colours, from 1 to 21 (WCAG 2.1, relative luminance).
#[must_use]
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |colour: Color32| {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colours of the current theme.
#[must_use]
pub fn palette(ui: &egui::Ui) -> &'static Palette {
    if ui.visuals().dark_mode {
        &DARK
    } else {
        &LIGHT
    }
}

/// Sets egui's styles for both themes.
pub fn install(ctx: &Context) {
    for (theme, palette) in [(egui::Theme::Dark, &DARK), (egui::Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| apply_style(style, palette, theme));
    }
    // No zoom shortcuts of egui: zooming changes the size of thumbnails, not of everything.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Selects the light theme, the dark theme or that of the system.
pub fn choose(ctx: &Context, theme: Theme) {
    ctx.set_theme(match theme {
        Theme::System => egui::ThemePreference::System,
        Theme::Light => egui::ThemePreference::Light,
        Theme::Dark => egui::ThemePreference::Dark,
    });
}

fn apply_style(style: &mut Style, palette: &Palette, theme: egui::Theme) {
    style.visuals = visuals(palette, theme);
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(SPACE_M, SPACE_M);
    spacing.button_padding = vec2(10.0, 5.0);
    spacing.interact_size.y = 28.0;
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(SPACE_L as i8);
    spacing.scroll = egui::style::ScrollStyle::thin();
    for (name, font) in &mut style.text_styles {
        font.size = match name {
            egui::TextStyle::Small => TEXT_S,
            egui::TextStyle::Heading => 20.0,
            _ => TEXT,
        };
    }
    // No animations: this respects a system setting for reduced motion, and an idle window needs no repaint.
    style.animation_time = 0.0;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.visuals.text_cursor.blink = false;
}

fn visuals(palette: &Palette, theme: egui::Theme) -> Visuals {
    let mut visuals = theme.default_visuals();
    let radius = CornerRadius::same(RADIUS);
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_L);
    visuals.menu_corner_radius = radius;
    visuals.extreme_bg_color = palette.background;
    visuals.faint_bg_color = palette.raised;
    visuals.text_edit_bg_color = Some(palette.background);
    visuals.weak_text_color = Some(palette.weak);
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.warn;
    visuals.error_fg_color = palette.bad;
    visuals.selection.bg_fill = palette.accent;
    visuals.selection.stroke = Stroke::new(1.0, palette.on_accent);
    visuals.popup_shadow = Shadow {
        offset: [0, 4],
        blur: 12,
        spread: 0,
        color: Color32::from_black_alpha(60),
    };
    visuals.window_shadow = visuals.popup_shadow;
    let widgets = &mut visuals.widgets;
    for (state, fill) in [
        (&mut widgets.noninteractive, palette.panel),
        (&mut widgets.inactive, palette.raised),
        (&mut widgets.hovered, palette.hovered),
        (&mut widgets.active, palette.hovered),
        (&mut widgets.open, palette.hovered),
    ] {
        state.corner_radius = radius;
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, palette.line);
        state.fg_stroke = Stroke::new(1.0, palette.text);
        state.expansion = 0.0;
    }
    widgets.inactive.bg_stroke = Stroke::NONE;
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_well_in_both_themes() {
        for palette in [DARK, LIGHT] {
            for ground in [palette.background, palette.panel, palette.raised] {
                let texts = [
                    palette.text,
                    palette.weak,
                    palette.good,
                    palette.warn,
                    palette.bad,
                ];
                for text in texts {
                    assert!(contrast(text, ground) >= 4.5, "{text:?} on {ground:?}");
                }
            }
            for ground in [palette.background, palette.panel] {
                assert!(contrast(palette.accent, ground) >= 4.5);
            }
            assert!(contrast(palette.text, palette.hovered) >= 4.5);
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5);
        }
        for label in LABELS {
            assert!(contrast(text_on(label), label) >= 4.5, "{label:?}");
        }
    }

    /// Simulation of colour vision deficiencies on linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
    const EYES: [[[f32; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ];

    /// CIELAB (D65) coordinates of a colour as seen with a colour vision deficiency.
    fn lab(colour: Color32, eyes: &[[f32; 3]; 3]) -> [f32; 3] {
        let linear = egui::Rgba::from(colour).to_array();
        let seen = eyes.map(|row| (0..3).map(|c| row[c] * linear[c]).sum::<f32>().max(0.0));
        let [r, g, b] = seen;
        let f = |t: f32| {
            if t > 0.008_856 {
                t.cbrt()
            } else {
                7.787 * t + 16.0 / 116.0
            }
        };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn labels_differ_for_all_eyes() {
        for eyes in &EYES {
            for (at, a) in LABELS.iter().enumerate() {
                for b in &LABELS[..at] {
                    let (p, q) = (lab(*a, eyes), lab(*b, eyes));
                    let distance = p
                        .iter()
                        .zip(q)
                        .map(|(p, q)| (p - q).powi(2))
                        .sum::<f32>()
                        .sqrt();
                    // About ten times the just noticeable difference.
                    assert!(distance > 12.0, "{a:?} and {b:?}: {distance}");
                }
            }
        }
    }
}
