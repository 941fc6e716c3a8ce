use minijinja::{AutoEscape, Environment, Value};
use std::sync::Arc;

/// A page cannot be rendered: a fault in its template.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct RenderError(#[from] minijinja::Error);

/// The pages of one service. Cheap to clone.
#[derive(Clone)]
pub struct Pages(Arc<Environment<'static>>);

impl Pages {
    /// `templates` are name and text; each extends `layout.html`. `base` is the service's path (`/auth`), `host` what
    /// people know the product by.
    ///
    /// # Errors
    /// A template cannot be read.
    pub fn new(base: &str, host: &str, templates: &[(&'static str, &'static str)]) -> Result<Self, RenderError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_template("layout.html", include_str!("../templates/layout.html"))?;
        environment.add_template("form.html", include_str!("../templates/form.html"))?;
        for (name, text) in templates {
            environment.add_template(name, text)?;
        }
        environment.add_global("base", Value::from(base));
        environment.add_global("host", Value::from(host));
        Ok(Self(Arc::new(environment)))
    }

    /// The page `name` with `values`; everything in them is escaped.
    ///
    /// # Errors
    /// A fault in the template.
    pub fn render(&self, name: &str, values: impl Into<Value>) -> Result<String, RenderError> {
        Ok(self.0.get_template(name)?.render(values)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_typed_cannot_become_markup() {
        let pages = Pages::new("/x", "chat.example", &[("p.html", "<p>{{ name }}</p>")]).unwrap();
        let page = pages.render("p.html", minijinja::context! { name => "<script>" }).unwrap();
        assert_eq!(page, "<p>&lt;script&gt;</p>");
    }
}
