//! The page: the sections in the tutorial's order, each with what there is to try.

mod texts;

use askama::Template;
use kit::{Request, Response, Result, render_template};

pub(crate) use self::texts::Texts;
use crate::{HOME, sections::Section};

type Site = site::Site<Texts>;

#[derive(Template)]
#[template(path = "tutorial.html")]
struct Page {
    site: Site,
    sections: Vec<Section>,
}

/// The page, or the same again where `?lang=` chooses a language.
///
/// # Errors
/// Those of the frame.
pub(crate) fn show(request: &Request, sections: Vec<Section>) -> Result<Response> {
    if let Some(switched) = site::switched(request, HOME, &[])? {
        return Ok(switched);
    }
    let site = Site::new(request, HOME, &[]);
    render_template(&Page { site, sections })
}

#[cfg(test)]
mod tests {
    use site::{OFFERED, Texts as _};

    use super::*;
    use crate::sections::COUNT;

    #[test]
    fn every_section_is_there_and_what_came_in_is_escaped() {
        for language in OFFERED {
            let section = |index| Section {
                index,
                links: vec!["/args?infor=1&infor=2"],
                commands: vec!["curl http://<b>/".to_owned()],
            };
            let page = Page {
                site: Site::in_language(language, HOME, &[]),
                sections: (0..COUNT).map(section).collect(),
            };
            let page = page.render().unwrap();
            site::testing::assert_filled(&page);
            for said in &Texts::in_language(language).sections {
                assert!(page.contains(said.title), "{}: {page}", said.title);
            }
            assert!(
                page.contains("href=\"/args?infor=1&#38;infor=2\""),
                "{page}"
            );
            assert!(!page.contains("<b>"), "{page}");
        }
    }
}
