//! What a scalar means: the resolution of Go's yaml.v2, which `sigs.k8s.io/yaml` uses, rule by rule.

use super::Value;

/// What a scalar means, before it becomes JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Integer(i64),
    /// A whole number that is too large for `Integer`.
    Unsigned(u64),
    Float(f64),
    /// The text itself.
    Text,
}

impl Scalar {
    /// The value in JSON, which knows one kind of number; `text` is what was written.
    pub(super) fn into_value(self, text: impl Into<String>) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Integer(value) => Value::Integer(value),
            Self::Unsigned(value) => Value::Float(value as f64),
            Self::Float(value) => number(value),
            Self::Text => Value::String(text.into()),
        }
    }

    /// The key in JSON, which knows texts only; nothing for what can't be a key.
    pub(super) fn into_key(self, text: impl Into<String>) -> Option<String> {
        match self {
            Self::Null | Self::Unsigned(_) => None,
            Self::Bool(value) => Some(value.to_string()),
            Self::Integer(value) => Some(value.to_string()),
            Self::Float(value) => Some(float_key(value as f32)),
            Self::Text => Some(text.into()),
        }
    }
}

/// A number as Kubernetes decodes it out of Go's JSON: whole numbers are written as digits, and read as integers.
pub(super) fn number(value: f64) -> Value {
    const DIGITS_BELOW: f64 = 1e21;
    let whole = value.fract() == 0.0 && value.abs() < DIGITS_BELOW;
    let integer = whole.then(|| format!("{value}").parse().ok()).flatten();
    integer.map_or(Value::Float(value), Value::Integer)
}

/// A number as Go's `strconv.FormatFloat(value, 'g', -1, 32)` writes it, with YAML's names for what is no number.
fn float_key(value: f32) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

/// The meaning of a plain scalar.
pub(super) fn resolve(text: &str) -> Scalar {
    match text.as_bytes().first() {
        None => Scalar::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(b'.') => match infinity(text) {
            Some(value) => Scalar::Float(value),
            None => go_float(text).map_or(Scalar::Text, Scalar::Float),
        },
        Some(b'+' | b'-' | b'0'..=b'9') => match infinity(text) {
            Some(value) => Scalar::Float(value),
            None => digits(text),
        },
        Some(_) => Scalar::Text,
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => Scalar::Text,
    }
}

fn infinity(text: &str) -> Option<f64> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Some(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        _ => None,
    }
}

/// A number that begins with a point: there, Go takes an underscore between two digits.
fn go_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let misplaced =
        |(index, byte): (usize, &u8)| *byte == b'_' && !(index > 0 && digit(index - 1) && digit(index + 1));
    if bytes.iter().enumerate().any(misplaced) {
        return None;
    }
    decimal(&text.replace('_', ""))
}

/// A number that begins with a sign or a digit: underscores count for nothing.
fn digits(text: &str) -> Scalar {
    let stripped;
    let text = if text.contains('_') {
        stripped = text.replace('_', "");
        &stripped
    } else {
        text
    };
    integer(text)
        .or_else(|| decimal(text).map(Scalar::Float))
        .or_else(|| signed_binary(text))
        .unwrap_or(Scalar::Text)
}

/// Go's `strconv.ParseInt(text, 0, 64)`, or `ParseUint` for what is too large.
fn integer(text: &str) -> Option<Scalar> {
    let (negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (radix, digits) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, magnitude.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, magnitude.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, magnitude.get(2..)?),
        [b'0', _, ..] => (8, magnitude.get(1..)?),
        _ => (10, magnitude),
    };
    if !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    let unsigned = !text.starts_with(['+', '-']);
    match (negative, i64::try_from(value)) {
        (false, Ok(value)) => Some(Scalar::Integer(value)),
        (true, Ok(value)) => Some(Scalar::Integer(-value)),
        (true, Err(_)) => (value == i64::MIN.unsigned_abs()).then_some(Scalar::Integer(i64::MIN)),
        (false, Err(_)) => unsigned.then_some(Scalar::Unsigned(value)),
    }
}

/// yaml.v2's own form of a number, `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, if it is finite.
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let formed = all_digits(whole) && all_digits(fraction) && all_digits(exponent) && !exponent.is_empty();
    if !formed || whole.is_empty() && fraction.is_empty() || whole.is_empty() && !mantissa.starts_with('.') {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// What is left to yaml.v2's own reading of binary numbers: `0b-11`.
fn signed_binary(text: &str) -> Option<Scalar> {
    i64::from_str_radix(text.strip_prefix("0b")?, 2).ok().map(Scalar::Integer)
}

/// The meaning of a scalar with one of YAML's own tags, `str`, `int`, …; what it must be if it isn't that.
pub(super) fn resolve_tagged(text: &str, tag: &str) -> Result<Value, &'static str> {
    let meaning = resolve(text);
    match (tag, meaning) {
        ("int", Scalar::Integer(_) | Scalar::Unsigned(_))
        | ("float", Scalar::Float(_))
        | ("bool", Scalar::Bool(_))
        | ("null", Scalar::Null) => Ok(meaning.into_value(text)),
        ("float", Scalar::Integer(value)) => Ok(number(value as f64)),
        ("int", _) => Err("a whole number"),
        ("float", _) => Err("a number"),
        ("bool", _) => Err("a boolean"),
        ("null", _) => Err("`null`"),
        ("binary", _) => base64(text).map(Value::String).ok_or("base64"),
        _ => Ok(Value::String(text.to_owned())),
    }
}

/// The text behind base64 with padding; line feeds count for nothing.
fn base64(text: &str) -> Option<String> {
    let symbols: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut bytes = Vec::with_capacity(symbols.len());
    let (groups, rest) = symbols.as_chunks::<4>();
    for (index, group) in groups.iter().enumerate() {
        let padding = group.iter().rev().take_while(|symbol| **symbol == b'=').count();
        if padding > 2 || padding > 0 && index + 1 < groups.len() {
            return None;
        }
        let mut bits = 0u32;
        for symbol in group.iter().take(4 - padding) {
            let value = match symbol {
                b'A'..=b'Z' => symbol - b'A',
                b'a'..=b'z' => symbol - b'a' + 26,
                b'0'..=b'9' => symbol - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        bits <<= 6 * padding;
        bytes.extend(bits.to_be_bytes().into_iter().skip(1).take(3 - padding));
    }
    rest.is_empty().then(|| String::from_utf8_lossy(&bytes).into_owned())
}
