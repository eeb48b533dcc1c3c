//! Parts of an item that the database never looks into.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

/// A list or a map that is stored as one text, in JSON. As attributes, each of its values would be taken
/// apart and wrapped by itself whenever the item is read or written, in the function and again in the
/// stream. What was written as attributes is read as well.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Packed<T>(pub(crate) T);

impl<T: Serialize> Serialize for Packed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_string(&self.0).map_err(ser::Error::custom)?;
        serializer.serialize_str(&json)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(Unpack(PhantomData))?;
        Ok(Self(value))
    }
}

struct Unpack<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Unpack<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list or a map, or the text of one in JSON")
    }

    fn visit_str<E: Error>(self, json: &str) -> Result<T, E> {
        serde_json::from_str(json).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_sdk_dynamodb::types::AttributeValue;
    use serde::{Deserialize, Serialize};

    use super::Packed;
    use crate::db::{Item, from_item, to_item};

    type Counts = BTreeMap<String, u8>;

    #[derive(Debug, PartialEq, Serialize)]
    struct Plain {
        list: Vec<Counts>,
        map: Counts,
        maybe: Option<Counts>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Compact {
        list: Packed<Vec<Counts>>,
        map: Packed<Counts>,
        #[serde(default)]
        maybe: Option<Packed<Counts>>,
    }

    fn compact(maybe: Option<Counts>) -> Compact {
        Compact {
            list: Packed(vec![counts(), Counts::new()]),
            map: Packed(counts()),
            maybe: maybe.map(Packed),
        }
    }

    fn counts() -> Counts {
        Counts::from([("\"a\"".to_owned(), 1), ("b".to_owned(), 2)])
    }

    fn stored(form: &impl Serialize) -> Item {
        to_item("pk".to_owned(), "sk", form).unwrap()
    }

    #[test]
    fn it_is_one_text_and_comes_back() {
        for maybe in [None, Some(counts())] {
            let item = stored(&compact(maybe.clone()));
            let json = r#"{"\"a\"":1,"b":2}"#;
            assert_eq!(item["map"], AttributeValue::S(json.to_owned()));
            assert_eq!(from_item::<Compact>(item).unwrap(), compact(maybe));
        }
    }

    #[test]
    fn what_was_stored_as_attributes_is_read_as_well() {
        for maybe in [None, Some(counts())] {
            let item = stored(&Plain {
                list: vec![counts(), Counts::new()],
                map: counts(),
                maybe: maybe.clone(),
            });
            assert_eq!(from_item::<Compact>(item).unwrap(), compact(maybe));
        }
    }

    #[test]
    fn what_is_no_json_is_corrupt() {
        let mut item = stored(&compact(None));
        item.insert("map".to_owned(), AttributeValue::S("{".to_owned()));
        assert!(from_item::<Compact>(item).is_err());
    }
}
