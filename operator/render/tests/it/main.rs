//! Renderings against committed bytes, and properties that every rendering has.

mod case;
mod golden;
mod properties;
