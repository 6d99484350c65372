//! JSON, read strictly: UTF-8, no key twice, bounded depth, numbers that a double can hold.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::problem::Breach;

/// Reads one JSON value.
///
/// # Errors
/// What is wrong and where. Nesting deeper than 128 is refused by the parser.
pub fn parse(bytes: &[u8]) -> Result<Value, Breach> {
    if std::str::from_utf8(bytes).is_err() {
        return Err(Breach::NotText);
    }
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let value = Strict
        .deserialize(&mut parser)
        .and_then(|value| parser.end().map(|()| value));
    value.map_err(|error| Breach::Unreadable(error.to_string()))
}

/// Builds a value and refuses repeated keys, of which the usual reading keeps the last one silently.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        // `1.0` is an integer, by JSON Schema; up to 2^53 nothing is lost.
        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
            return Ok(Value::from(value as i64));
        }
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                let shown: String = name.chars().take(60).collect();
                return Err(A::Error::custom(format_args!("key {shown:?} occurs twice")));
            }
            let value = members.next_value_seed(Self)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_integers_however_they_are_written() {
        assert_eq!(parse(b"[3.0, 1e3, -0.0, 2.5]"), parse(b"[3, 1000, 0, 2.5]"));
    }

    #[test]
    fn what_json_leaves_open_is_refused() {
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        for bad in [
            "{\"a\":1,\"a\":2}",
            "{\"a\":{\"b\":1,\"b\":1}}",
            "1e400",
            "[1] 2",
            "",
            "{\"a\"",
            &deep,
        ] {
            assert!(matches!(parse(bad.as_bytes()), Err(Breach::Unreadable(_))), "{bad:.30}");
        }
        assert_eq!(parse(b"\"\xff\""), Err(Breach::NotText));
        assert_eq!(
            parse(b"{\"b\": [1, 2.5, null], \"a\": \"x\"}").map(|value| value.to_string()),
            Ok("{\"b\":[1,2.5,null],\"a\":\"x\"}".to_owned())
        );
    }
}
