//! Every text of the pages, in both languages. A text that one of them lacks does not compile.

mod chinese;
mod english;

use kit::Error;
use serde::Serialize;
use site::{Message, fill};

use crate::{
    credentials::{Field, Flaw},
    refusal::Refusal,
};

/// The texts of one language.
#[derive(Serialize)]
pub(crate) struct Texts {
    pub(super) log_in_heading: &'static str,
    pub(super) log_in_text: &'static str,
    pub(super) log_in: &'static str,
    pub(super) no_account: &'static str,
    pub(super) go_register: &'static str,
    pub(super) first_log_in: &'static str,

    pub(super) register_heading: &'static str,
    pub(super) register_text: &'static str,
    pub(super) register: &'static str,
    pub(super) have_account: &'static str,
    pub(super) go_log_in: &'static str,

    pub(super) name: &'static str,
    pub(super) name_hint: &'static str,
    pub(super) nickname: &'static str,
    pub(super) optional: &'static str,
    pub(super) password: &'static str,
    pub(super) password_hint: &'static str,
    pub(super) old_password: &'static str,
    pub(super) new_password: &'static str,

    pub(super) me_text: &'static str,
    pub(super) since: &'static str,
    pub(super) change_heading: &'static str,
    pub(super) change_text: &'static str,
    pub(super) change: &'static str,
    pub(super) changed: &'static str,
    pub(super) log_out_heading: &'static str,
    pub(super) log_out_text: &'static str,
    pub(super) back: &'static str,

    pub(super) fix_fields: &'static str,
    wrong: &'static str,
    taken: &'static str,
    reserved: &'static str,
    too_often: &'static str,
    crowded: &'static str,

    missing_name: &'static str,
    missing_password: &'static str,
    too_short: &'static str,
    too_long: &'static str,
    not_text: &'static str,
    invisible: &'static str,
    is_name: &'static str,
    common: &'static str,
    wrong_old: &'static str,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

impl Texts {
    /// What is said of a refusal above the form; `log_in` is where whoever has the account goes. None where
    /// it is due to nothing that was typed.
    pub(super) fn message(&self, refusal: &Refusal, log_in: &str) -> Option<Message> {
        match refusal {
            Refusal::Flaws(_) => Some(Message::new(self.fix_fields)),
            Refusal::Wrong => Some(Message::new(self.wrong)),
            Refusal::Taken => {
                let (text, label) = (self.taken, self.go_log_in);
                Some(Message::with_link(text, log_in.to_owned(), label))
            }
            Refusal::Crowded(_) => Some(Message::new(self.crowded)),
            Refusal::Reserved => Some(Message::new(self.reserved)),
            Refusal::Other(Error::TooManyRequests { .. }) => Some(Message::new(self.too_often)),
            Refusal::Other(_) => None,
        }
    }

    /// What is wrong with a field.
    pub(super) fn flaw(&self, field: Field, flaw: Flaw) -> String {
        let number = |text, n: usize| fill(text, &[("n", &n.to_string())]);
        match flaw {
            Flaw::Missing if field == Field::Name => self.missing_name.to_owned(),
            Flaw::Missing => self.missing_password.to_owned(),
            Flaw::NotText => self.not_text.to_owned(),
            Flaw::TooShort(min) => number(self.too_short, min),
            Flaw::TooLong(max) => number(self.too_long, max),
            Flaw::Invisible => self.invisible.to_owned(),
            Flaw::IsName => self.is_name.to_owned(),
            Flaw::Common => self.common.to_owned(),
            Flaw::Wrong => self.wrong_old.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        site::testing::check_texts::<Texts>();
    }
}
