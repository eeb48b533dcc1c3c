//! Lists and maps that are stored as one text in JSON: nothing looks into them, and a text is read many times
//! faster than as many attributes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list or a map, which may be stored as a text, or as attributes by those who wrote before.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Packed<T>(pub(crate) T);

impl<T> Packed<Vec<T>> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Packed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(Unpack(PhantomData))?;
        Ok(Self(value))
    }
}

/// Writes it as a text.
pub(crate) fn as_text<T: Serialize, S: Serializer>(
    Packed(parts): &Packed<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(parts).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
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

    use serde_json::json;

    use super::Packed;
    use crate::db::{Item, from_item, to_item};

    type Counts = BTreeMap<String, u8>;

    fn counts() -> Counts {
        Counts::from([("\"a\"".to_owned(), 1), ("b".to_owned(), 2)])
    }

    fn stored(form: &serde_json::Value) -> Item {
        to_item("pk".to_owned(), "sk", form).unwrap()
    }

    #[derive(serde::Deserialize)]
    struct Form {
        list: Packed<Vec<Counts>>,
        map: Packed<Counts>,
    }

    #[test]
    fn every_form_is_read() {
        let (list, map) = (json!([counts(), {}]), json!(counts()));
        let texts = json!({"list": list.to_string(), "map": map.to_string()});
        for form in [json!({"list": list, "map": map}), texts] {
            let Form { list, map } = from_item(stored(&form)).unwrap();
            assert_eq!(list, Packed(vec![counts(), Counts::new()]));
            assert_eq!(map, Packed(counts()));
        }
    }

    #[test]
    fn it_is_written_as_what_it_is() {
        let map = serde_json::to_value(Packed(counts())).unwrap();
        assert_eq!(map, json!(counts()));
        assert!(Packed(Vec::<u8>::new()).is_empty());
    }

    #[test]
    fn what_is_no_json_is_corrupt() {
        let form = json!({"list": [], "map": "{"});
        assert!(from_item::<Form>(stored(&form)).is_err());
    }
}
