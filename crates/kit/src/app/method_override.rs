//! The method that an HTML form means: forms know GET and POST only, so they say the others in a field.

use http::Method;

use formats::MultiDict;

use crate::{
    error::{Error, Result},
    request::Request,
};

/// The field's name, as in Rails and Laravel.
const FIELD: &str = "_method";

impl Request {
    /// The method that an HTML form means with its field `_method`: PUT or DELETE, which HTML's forms do
    /// not know. None where the body is no form or has no such field: neither JSON nor the query nor a
    /// header counts.
    ///
    /// [`App::form_methods`](crate::App::form_methods) does this for a whole app.
    ///
    /// # Errors
    /// Those of [`Self::form`], and 400 where the field is anything else.
    pub async fn method_override(&mut self) -> Result<Option<Method>> {
        if self.form_kind().is_none() {
            return Ok(None);
        }
        read_form(&self.form().await?)
    }
}

/// The method that a form means, where it says one.
///
/// # Errors
/// 400 where it is neither PUT nor DELETE, or is said twice.
fn read_form(form: &MultiDict) -> Result<Option<Method>> {
    match form.getlist(FIELD) {
        [] => Ok(None),
        [value] if value == "PUT" => Ok(Some(Method::PUT)),
        [value] if value == "DELETE" => Ok(Some(Method::DELETE)),
        _ => Err(Error::bad_parameter(
            FIELD,
            "unknown-value",
            "must be PUT or DELETE, and be sent only once",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_means_put_or_delete_and_nothing_else() {
        for (values, want) in [
            (&[][..], Ok(None)),
            (&["PUT"], Ok(Some(Method::PUT))),
            (&["DELETE"], Ok(Some(Method::DELETE))),
            (&["PATCH"], Err(())),
            (&["POST"], Err(())),
            (&["GET"], Err(())),
            (&["put"], Err(())),
            (&[" PUT"], Err(())),
            (&[""], Err(())),
            (&["PUT", "DELETE"], Err(())),
            (&["PUT", "PUT"], Err(())),
        ] {
            let form = values.iter().map(|value| (FIELD, *value)).collect();
            let got = read_form(&form).map_err(|error| {
                assert_eq!(error.status().as_u16(), 400, "{values:?}");
                assert_eq!(error.fields()[0].field, FIELD, "{values:?}");
            });
            assert_eq!(got, want, "{values:?}");
        }
    }
}
