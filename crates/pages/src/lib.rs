//! Server-rendered pages of `auth` and `account`: one layout, one set of styles, no script, and forms that cannot be
//! forged. (W-08, W-52)

mod assets;
mod forgery;
mod render;
mod return_to;

pub use assets::assets;
/// Values for [`Pages::render`].
pub use minijinja::context;

pub use forgery::{FormGuard, GuardedForm, host, origin};
pub use render::{Pages, RenderError};
pub use return_to::ReturnTo;
