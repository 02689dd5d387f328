//! Painted icons, independent of fonts.

use std::f32::consts::TAU;

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// The icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Three lines: menu.
    Menu,
    /// A folder.
    Folder,
    /// A magnifying glass.
    Search,
    /// A cross: remove, close, reject.
    Cross,
    /// A tick: pick.
    Tick,
    /// Three dots: more.
    More,
    /// A star.
    Star,
    /// A triangle with an exclamation mark: warning.
    Warning,
    /// Two bars.
    Pause,
    /// A triangle.
    Play,
    /// A square.
    Stop,
    /// An arrow up.
    Up,
    /// An arrow down.
    Down,
    /// An arrow to the left.
    Left,
    /// An arrow to the right.
    Right,
    /// A picture that cannot be shown.
    Broken,
    /// An arrow out of a tray: export.
    Export,
    /// Four squares: the grid.
    Grid,
    /// A bell: messages.
    Bell,
}

/// Paints an icon into the largest centred square in `rect`.
pub fn paint(painter: &Painter, icon: Icon, rect: Rect, colour: Color32) {
    let pen = Pen::new(painter, rect, colour);
    match icon {
        Icon::Menu => [0.28, 0.5, 0.72]
            .into_iter()
            .for_each(|y| pen.line(&[(0.18, y), (0.82, y)])),
        Icon::Folder => pen.closed(&[
            (0.12, 0.24),
            (0.4, 0.24),
            (0.5, 0.36),
            (0.88, 0.36),
            (0.88, 0.78),
            (0.12, 0.78),
        ]),
        Icon::Search => {
            pen.circle((0.43, 0.43), 0.26);
            pen.line(&[(0.62, 0.62), (0.85, 0.85)]);
        }
        Icon::Cross => {
            pen.line(&[(0.26, 0.26), (0.74, 0.74)]);
            pen.line(&[(0.74, 0.26), (0.26, 0.74)]);
        }
        Icon::Tick => pen.line(&[(0.2, 0.52), (0.42, 0.74), (0.8, 0.28)]),
        Icon::More => [0.25, 0.5, 0.75]
            .into_iter()
            .for_each(|x| pen.dot((x, 0.5), 0.07)),
        Icon::Star => pen.filled(&star()),
        Icon::Warning => {
            pen.filled(&[(0.5, 0.1), (0.93, 0.86), (0.07, 0.86)]);
            let ink = Pen::new(painter, rect, super::theme::text_on(colour));
            ink.line(&[(0.5, 0.38), (0.5, 0.6)]);
            ink.dot((0.5, 0.73), 0.05);
        }
        Icon::Pause => {
            pen.filled(&[(0.26, 0.2), (0.42, 0.2), (0.42, 0.8), (0.26, 0.8)]);
            pen.filled(&[(0.58, 0.2), (0.74, 0.2), (0.74, 0.8), (0.58, 0.8)]);
        }
        Icon::Play => pen.filled(&[(0.28, 0.16), (0.82, 0.5), (0.28, 0.84)]),
        Icon::Stop => pen.filled(&[(0.24, 0.24), (0.76, 0.24), (0.76, 0.76), (0.24, 0.76)]),
        Icon::Up => pen.line(&[(0.24, 0.6), (0.5, 0.34), (0.76, 0.6)]),
        Icon::Down => pen.line(&[(0.24, 0.4), (0.5, 0.66), (0.76, 0.4)]),
        Icon::Left => pen.line(&[(0.6, 0.2), (0.32, 0.5), (0.6, 0.8)]),
        Icon::Right => pen.line(&[(0.4, 0.2), (0.68, 0.5), (0.4, 0.8)]),
        Icon::Broken => {
            pen.closed(&[(0.1, 0.18), (0.9, 0.18), (0.9, 0.82), (0.1, 0.82)]);
            pen.line(&[(0.55, 0.18), (0.42, 0.42), (0.6, 0.58), (0.48, 0.82)]);
        }
        Icon::Grid => {
            for (x, y) in [(0.16, 0.16), (0.56, 0.16), (0.16, 0.56), (0.56, 0.56)] {
                pen.filled(&[(x, y), (x + 0.28, y), (x + 0.28, y + 0.28), (x, y + 0.28)]);
            }
        }
        Icon::Bell => {
            pen.closed(&[
                (0.18, 0.72),
                (0.28, 0.58),
                (0.3, 0.36),
                (0.42, 0.2),
                (0.58, 0.2),
                (0.7, 0.36),
                (0.72, 0.58),
                (0.82, 0.72),
            ]);
            pen.dot((0.5, 0.84), 0.07);
        }
        Icon::Export => {
            pen.line(&[(0.14, 0.6), (0.14, 0.84), (0.86, 0.84), (0.86, 0.6)]);
            pen.line(&[(0.5, 0.66), (0.5, 0.14)]);
            pen.line(&[(0.3, 0.34), (0.5, 0.14), (0.7, 0.34)]);
        }
    }
}

fn star() -> Vec<(f32, f32)> {
    (0..10)
        .map(|n| {
            let angle = TAU * (n as f32 / 10.0 - 0.25);
            let radius = if n % 2 == 0 { 0.46 } else { 0.19 };
            (0.5 + radius * angle.cos(), 0.52 + radius * angle.sin())
        })
        .collect()
}

/// Draws in unit square coordinates.
struct Pen<'a> {
    painter: &'a Painter,
    square: Rect,
    colour: Color32,
}

impl<'a> Pen<'a> {
    fn new(painter: &'a Painter, rect: Rect, colour: Color32) -> Self {
        let side = rect.width().min(rect.height());
        Self {
            painter,
            square: Rect::from_center_size(rect.center(), vec2(side, side)),
            colour,
        }
    }

    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        pos2(
            self.square.left() + x * self.square.width(),
            self.square.top() + y * self.square.height(),
        )
    }

    fn stroke(&self) -> Stroke {
        Stroke::new((self.square.width() * 0.09).max(1.2), self.colour)
    }

    fn points(&self, points: &[(f32, f32)]) -> Vec<Pos2> {
        points.iter().map(|point| self.at(*point)).collect()
    }

    fn line(&self, points: &[(f32, f32)]) {
        self.painter
            .add(Shape::line(self.points(points), self.stroke()));
    }

    fn closed(&self, points: &[(f32, f32)]) {
        self.painter
            .add(Shape::closed_line(self.points(points), self.stroke()));
    }

    /// A filled star-shaped polygon, as a triangle fan around its centre. (egui only fills convex polygons correctly.)
    fn filled(&self, points: &[(f32, f32)]) {
        let corners = self.points(points);
        let mut mesh = egui::Mesh::default();
        let sum = corners
            .iter()
            .fold(egui::Vec2::ZERO, |sum, p| sum + p.to_vec2());
        mesh.colored_vertex((sum / corners.len() as f32).to_pos2(), self.colour);
        for corner in &corners {
            mesh.colored_vertex(*corner, self.colour);
        }
        let count = corners.len() as u32;
        (0..count).for_each(|n| mesh.add_triangle(0, 1 + n, 1 + (n + 1) % count));
        self.painter.add(Shape::mesh(mesh));
        // Antialiases the edge, which a plain mesh does not.
        self.painter
            .add(Shape::closed_line(corners, Stroke::new(0.7, self.colour)));
    }

    fn circle(&self, centre: (f32, f32), radius: f32) {
        let radius = radius * self.square.width();
        self.painter
            .circle_stroke(self.at(centre), radius, self.stroke());
    }

    fn dot(&self, centre: (f32, f32), radius: f32) {
        let radius = radius * self.square.width();
        self.painter
            .circle_filled(self.at(centre), radius, self.colour);
    }
}
