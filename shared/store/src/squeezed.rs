//! What the database never looks into, as small as it can be: an item is paid for by the kilobyte, each time
//! that it is written.

use std::io::{Read, Write};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{Item, number};
use crate::error::StoreError;

/// The content of an item: JSON, deflated.
pub(crate) const CONTENT: &str = "content";
/// How many bytes of JSON that is.
pub(crate) const LENGTH: &str = "length";

/// More than any item can have become of.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Puts content into an item and returns how many bytes it was, of which an item takes a third or so.
pub(crate) fn squeeze(item: &mut Item, content: &impl Serialize) -> Result<usize, StoreError> {
    let json = serde_json::to_vec(content).map_err(StoreError::corrupt)?;
    let mut coder = DeflateEncoder::new(Vec::with_capacity(json.len() / 2), Compression::default());
    let deflated = coder.write_all(&json).and_then(|()| coder.finish());
    let deflated = deflated.map_err(StoreError::corrupt)?;
    item.insert(CONTENT.to_owned(), AttributeValue::B(Blob::new(deflated)));
    item.insert(LENGTH.to_owned(), number(json.len()));
    Ok(json.len())
}

/// The content of an item; nothing if it has none.
pub(crate) fn content<T: DeserializeOwned>(item: &Item) -> Result<Option<T>, StoreError> {
    let Some(AttributeValue::B(deflated)) = item.get(CONTENT) else {
        return Ok(None);
    };
    let mut json = Vec::new();
    DeflateDecoder::new(deflated.as_ref())
        .take(MOST_BYTES)
        .read_to_end(&mut json)
        .map_err(StoreError::corrupt)?;
    serde_json::from_slice(&json)
        .map(Some)
        .map_err(StoreError::corrupt)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::{CONTENT, content, squeeze};
    use crate::db::{Item, size};
    use crate::error::StoreError;

    #[test]
    fn it_is_smaller_and_comes_back() {
        let words = vec!["the same words again"; 100];
        let mut item = Item::new();
        let length = squeeze(&mut item, &words).unwrap();
        assert!(length > 2_000 && size(&item) < 200, "{}", size(&item));
        assert_eq!(content::<Vec<String>>(&item).unwrap().unwrap(), words);
    }

    #[test]
    fn an_item_without_content_has_none() {
        assert_eq!(content::<Vec<String>>(&Item::new()).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_inflated_or_read_is_corrupt() {
        let mut item = Item::new();
        squeeze(&mut item, &"text").unwrap();
        assert!(matches!(content::<u8>(&item), Err(StoreError::Corrupt(_))));
        let broken = AttributeValue::B(Blob::new([0xff; 9]));
        item.insert(CONTENT.to_owned(), broken);
        let read = content::<String>(&item);
        assert!(matches!(read, Err(StoreError::Corrupt(_))));
    }
}
