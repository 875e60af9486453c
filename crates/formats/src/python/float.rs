//! Floats as Python prints them.

use serde_json::Number;

/// A float as Python writes it: `3.0`, `1e+16`, `1e-05`. None for infinities and NaN, which JSON lacks.
///
/// # Example
/// ```
/// use flask_formats::python;
///
/// assert_eq!(python::float(1e16).map(|number| number.to_string()).as_deref(), Some("1e+16"));
/// assert_eq!(python::float(f64::NAN), None);
/// ```
pub fn float(float: f64) -> Option<Number> {
    if !float.is_finite() {
        return None;
    }
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    // Where Python changes to an exponent (`float_repr_style` 'short').
    let text = if (-4..16).contains(&exponent) {
        format!("{float:?}")
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json;

    proptest! {
        #[test]
        fn a_float_keeps_its_value_and_stays_a_float(value in any::<f64>().prop_filter("JSON has it", |f| f.is_finite())) {
            let text = float(value).unwrap().to_string();
            prop_assert!(text.contains(['.', 'e']), "{}", text);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
            prop_assert_eq!(json::parse(text.as_bytes()).unwrap().to_string(), text);
        }
    }
}
