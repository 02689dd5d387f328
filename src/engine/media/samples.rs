//! The bundled sample photos, for trying out the program and for validating models.

macro_rules! photos {
    ($($name:literal)*) => {
        &[$(($name, include_bytes!(concat!("../../../assets/samples/", $name)) as &[u8])),*]
    };
}

/// Names and contents; the licences are in `assets/samples/README.md`.
pub static PHOTOS: &[(&str, &[u8])] = photos!(
    "astronaut.jpg" "brick.jpg" "cat.jpg" "coffee.jpg" "coins.jpg" "flower.jpg" "galaxies.jpg"
    "grass.jpg" "moon.jpg" "motorcycle.jpg" "page.jpg" "photographer.jpg" "rocket.jpg" "temple.jpg"
);
