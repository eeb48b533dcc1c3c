//! Patches: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902), read and applied.

use json_patch::jsonptr::PointerBuf;
use json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchErrorKind, PatchOperation, RemoveOperation,
    ReplaceOperation, TestOperation,
};
use serde_json::{Map, Value};

use crate::input::{self, MOST_BODY_BYTES, MOST_DEPTH};
use crate::problem::{Code, Failure};
use crate::shape::{Faults, Shape};

/// The media types of patches, as `Accept-Patch` names them (RFC 5789). Plain JSON is a merge patch.
pub(crate) const ACCEPT_PATCH: &str =
    "application/merge-patch+json, application/json-patch+json, application/json";

/// The longest pointer of a JSON Patch, in characters.
const MOST_POINTER: usize = 1_024;
/// How many operations a JSON Patch may have.
const MOST_OPERATIONS: usize = 100;

/// A patch, read and found to be well-formed.
#[derive(Debug)]
pub(crate) enum Patch {
    /// What differs; null takes away.
    Merge(Value),
    /// Steps, all or none of which are carried out.
    Steps(Vec<PatchOperation>),
}

impl Patch {
    /// Reads a body of this `Content-Type`. `shape` is that of merge patches to the document. There is
    /// no patch if `faults` tell why.
    ///
    /// # Errors
    /// 415 for other media types.
    pub(crate) fn read(
        content_type: Option<&str>,
        bytes: &[u8],
        shape: &Shape,
        faults: &mut Faults,
    ) -> Result<Option<Self>, Failure> {
        let essence = content_type
            .map(|name| name.split(';').next().unwrap_or_default().trim())
            .map(str::to_ascii_lowercase);
        match essence.as_deref() {
            Some("application/merge-patch+json" | "application/json") => {
                let merge = input::body(bytes, shape, faults);
                Ok(Some(Self::Merge(merge)))
            }
            Some("application/json-patch+json") => Ok(steps(bytes, faults).map(Self::Steps)),
            // Without a body there is nothing to have a type: that the body is missing is the fault.
            None if bytes.is_empty() => {
                input::json(bytes, faults);
                Ok(None)
            }
            _ => Err(Failure::new(Code::UnsupportedMediaType)
                .error(format!("Content-Type: must be one of {ACCEPT_PATCH}"))),
        }
    }

    /// Whether it takes away the very field at a path like `tracking.number`.
    pub(crate) fn clears(&self, path: &str) -> bool {
        let Self::Merge(merge) = self else {
            return false;
        };
        let mut names = path.split('.');
        let value = names.try_fold(merge, |value, name| value.get(name));
        value.is_some_and(Value::is_null)
    }

    /// The document with the patch applied. Whether it may stand is for the shape of the body to say.
    ///
    /// # Errors
    /// 409 if a step does not fit the document; 422 if one makes it too large or too deep.
    pub(crate) fn apply(&self, mut document: Value) -> Result<Value, Failure> {
        match self {
            Self::Merge(merge) => json_patch::merge(&mut document, merge),
            Self::Steps(steps) => {
                let mut copied_bytes = 0;
                for (index, step) in steps.iter().enumerate() {
                    bounded(&document, index, step, &mut copied_bytes)?;
                    json_patch::patch_unsafe(&mut document, std::slice::from_ref(step))
                        .map_err(|error| misfit(index, &error.kind))?;
                }
            }
        }
        Ok(document)
    }
}

fn steps(bytes: &[u8], faults: &mut Faults) -> Option<Vec<PatchOperation>> {
    let Value::Array(given) = input::json(bytes, faults)? else {
        faults.unparsable.push("body: must be an array".to_owned());
        return None;
    };
    if given.len() > MOST_OPERATIONS {
        faults
            .broken
            .push(format!("body: must have 0 to {MOST_OPERATIONS} items"));
        return None;
    }
    let read: Vec<_> = given
        .iter()
        .enumerate()
        .map(|(index, step)| Step { index, faults }.read(step))
        .collect();
    read.into_iter().collect()
}

/// One step that is being read.
struct Step<'a> {
    index: usize,
    faults: &'a mut Faults,
}

impl Step<'_> {
    fn read(&mut self, given: &Value) -> Option<PatchOperation> {
        let Some(given) = given.as_object() else {
            return self.fault("", "must be an object");
        };
        let operation = given.get("op").and_then(Value::as_str);
        // The RFC has members that an operation does not know ignored. As everywhere in this API, they
        // are refused instead: a slip of the pen is no change that nobody notices.
        let also = match operation {
            Some("add" | "replace" | "test") => "value",
            Some("move" | "copy") => "from",
            _ => "path",
        };
        let known = |name: &str| ["op", "path", also].contains(&name);
        if let Some(name) = given.keys().find(|name| !known(name)) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
            return self.fault(&format!(".{name}"), "is not a known field");
        }
        let path = self.pointer(given, "path");
        let step = match operation {
            Some("add") => {
                let value = self.value(given);
                PatchOperation::Add(AddOperation {
                    path: path?,
                    value: value?,
                })
            }
            Some("remove") => PatchOperation::Remove(RemoveOperation { path: path? }),
            Some("replace") => {
                let value = self.value(given);
                PatchOperation::Replace(ReplaceOperation {
                    path: path?,
                    value: value?,
                })
            }
            Some("move") => {
                let from = self.pointer(given, "from");
                PatchOperation::Move(MoveOperation {
                    from: from?,
                    path: path?,
                })
            }
            Some("copy") => {
                let from = self.pointer(given, "from");
                PatchOperation::Copy(CopyOperation {
                    from: from?,
                    path: path?,
                })
            }
            Some("test") => {
                let value = self.value(given);
                PatchOperation::Test(TestOperation {
                    path: path?,
                    value: value?,
                })
            }
            _ => {
                let rule = "must be one of add, remove, replace, move, copy, test";
                return self.fault(".op", rule);
            }
        };
        Some(step)
    }

    fn pointer(&mut self, given: &Map<String, Value>, name: &str) -> Option<PointerBuf> {
        let field = format!(".{name}");
        match given.get(name) {
            None => self.fault(&field, "is required"),
            Some(Value::String(text)) if text.chars().count() > MOST_POINTER => {
                self.fault(&field, "must be at most 1024 characters")
            }
            Some(Value::String(text)) => match PointerBuf::parse(text.clone()) {
                Ok(pointer) => Some(pointer),
                Err(_) => self.fault(&field, "must be a JSON Pointer"),
            },
            Some(_) => self.fault(&field, "must be a string"),
        }
    }

    fn value(&mut self, given: &Map<String, Value>) -> Option<Value> {
        match given.get("value") {
            Some(value) => Some(value.clone()),
            None => self.fault(".value", "is required"),
        }
    }

    fn fault<T>(&mut self, field: &str, rule: &str) -> Option<T> {
        let index = self.index;
        self.faults
            .unparsable
            .push(format!("body[{index}]{field}: {rule}"));
        None
    }
}

/// Copies of copies grow without bound, and so would the depth of what is put into itself: a body of
/// a few bytes could fill the memory.
fn bounded(
    document: &Value,
    index: usize,
    step: &PatchOperation,
    copied_bytes: &mut usize,
) -> Result<(), Failure> {
    let (path, placed) = match step {
        PatchOperation::Add(step) => (&step.path, Some(&step.value)),
        PatchOperation::Replace(step) => (&step.path, Some(&step.value)),
        PatchOperation::Move(step) => (&step.path, document.pointer(step.from.as_str())),
        PatchOperation::Copy(step) => {
            let source = document.pointer(step.from.as_str());
            *copied_bytes += source.map_or(0, |source| source.to_string().len());
            (&step.path, source)
        }
        PatchOperation::Remove(_) | PatchOperation::Test(_) => return Ok(()),
    };
    let broken = |rule: String| {
        Err(Failure::new(Code::ValidationFailed).error(format!("body[{index}]: {rule}")))
    };
    if *copied_bytes > MOST_BODY_BYTES {
        return broken(format!(
            "must not bring copies to over {MOST_BODY_BYTES} bytes"
        ));
    }
    if path.count() + placed.map_or(0, depth) > MOST_DEPTH {
        return broken(format!("must not make it nest deeper than {MOST_DEPTH}"));
    }
    Ok(())
}

fn depth(value: &Value) -> usize {
    let deepest = |depths: &mut dyn Iterator<Item = usize>| 1 + depths.max().unwrap_or(0);
    match value {
        Value::Array(items) => deepest(&mut items.iter().map(depth)),
        Value::Object(fields) => deepest(&mut fields.values().map(depth)),
        _ => 0,
    }
}

fn misfit(index: usize, kind: &PatchErrorKind) -> Failure {
    let fault = match kind {
        PatchErrorKind::TestFailed => ".value: is not what stands at the path",
        PatchErrorKind::InvalidFromPointer => ".from: is not there",
        PatchErrorKind::CannotMoveInsideItself => ".path: must not be inside of what is moved",
        _ => ".path: is not there",
    };
    Failure::new(Code::PatchFailed).error(format!("body[{index}]{fault}"))
}

#[cfg(test)]
mod tests {
    use super::Patch;
    use crate::problem::{Code, Failure};
    use crate::shape::{Faults, Shape};
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Part {
        how_many: u32,
        colour: Option<String>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Thing {
        #[schemars(length(min = 1, max = 9))]
        name: String,
        maker: Option<Maker>,
        #[schemars(extend("maxProperties" = 1))]
        tags: BTreeMap<String, String>,
        parts: Vec<Part>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Maker {
        name: String,
    }

    const MERGE: &str = "application/merge-patch+json; charset=utf-8";
    const STEPS: &str = "Application/JSON-Patch+json";

    fn thing() -> Value {
        json!({"name": "a", "maker": {"name": "m"}, "tags": {"x": "1"}, "parts": [{"howMany": 1}]})
    }

    fn read(content_type: &str, body: &Value) -> (Option<Patch>, Faults) {
        let mut faults = Faults::default();
        let shape = Shape::merge_patch_of::<Thing>();
        let body = body.to_string();
        let patch = Patch::read(Some(content_type), body.as_bytes(), &shape, &mut faults);
        (patch.unwrap(), faults)
    }

    fn apply(content_type: &str, body: &Value) -> Result<Value, Failure> {
        let (patch, faults) = read(content_type, body);
        assert_eq!(faults, Faults::default(), "{body}");
        patch.unwrap().apply(thing())
    }

    #[test]
    fn a_merge_patch_changes_clears_and_replaces_arrays() {
        let body = json!({"name": "b", "maker": null, "tags": {"x": null, "y": "2"}, "parts": []});
        for media_type in [MERGE, "application/json"] {
            let merged = apply(media_type, &body).unwrap();
            assert_eq!(
                merged,
                json!({"name": "b", "tags": {"y": "2"}, "parts": []})
            );
        }
    }

    #[test]
    fn a_merge_patch_is_held_to_the_body_s_fields_even_where_it_clears() {
        let body = json!({
            "name": 7, "nam": null, "maker": {"age": null}, "tags": {"x": 1},
            "parts": [{"colour": null}, null],
        });
        let (_, faults) = read(MERGE, &body);
        assert_eq!(
            faults.unparsable,
            [
                "name: must be a string",
                "maker.age: is not a known field",
                "tags.x: must be a string",
                "parts[0].howMany: is required",
                "parts[1]: must be an object",
                "nam: is not a known field",
            ]
        );
        assert_eq!(read(MERGE, &json!({"name": ""})).1.broken.len(), 1);
        assert_eq!(
            read(MERGE, &json!([])).1.unparsable,
            ["body: must be an object"]
        );
    }

    #[test]
    fn steps_are_carried_out_in_turn() {
        let body = json!([
            {"op": "test", "path": "/name", "value": "a"},
            {"op": "copy", "from": "/parts/0", "path": "/parts/-"},
            {"op": "replace", "path": "/parts/1/howMany", "value": 2},
            {"op": "add", "path": "/tags/a~1b~0", "value": "3"},
            {"op": "move", "from": "/tags/x", "path": "/maker/name"},
            {"op": "remove", "path": "/name"},
        ]);
        assert_eq!(
            apply(STEPS, &body).unwrap(),
            json!({
                "maker": {"name": "1"}, "tags": {"a/b~": "3"},
                "parts": [{"howMany": 1}, {"howMany": 2}],
            })
        );
    }

    #[test]
    fn a_step_that_does_not_fit_is_named() {
        let first = json!({"op": "replace", "path": "/name", "value": "b"});
        for (step, fault) in [
            (
                json!({"op": "test", "path": "/name", "value": "a"}),
                "body[1].value: is not what stands at the path",
            ),
            (
                json!({"op": "test", "path": "/nam", "value": null}),
                "body[1].path: is not there",
            ),
            (
                json!({"op": "remove", "path": ""}),
                "body[1].path: is not there",
            ),
            (
                json!({"op": "replace", "path": "/parts/-", "value": 1}),
                "body[1].path: is not there",
            ),
            (
                json!({"op": "add", "path": "/parts/01", "value": 1}),
                "body[1].path: is not there",
            ),
            (
                json!({"op": "add", "path": "/parts/2", "value": 1}),
                "body[1].path: is not there",
            ),
            (
                json!({"op": "copy", "from": "/x", "path": "/name"}),
                "body[1].from: is not there",
            ),
            (
                json!({"op": "move", "from": "/maker", "path": "/maker/name"}),
                "body[1].path: must not be inside of what is moved",
            ),
        ] {
            let refused = apply(STEPS, &json!([first, step])).unwrap_err();
            assert_eq!(refused.code, Code::PatchFailed, "{step}");
            assert_eq!(refused.errors, [fault], "{step}");
        }
    }

    #[test]
    fn malformed_steps_are_named_at_once() {
        let body = json!([
            7,
            {"path": "/name"},
            {"op": "add", "path": "name"},
            {"op": "move", "path": 7},
            {"op": "remove", "path": "/a~2"},
            {"op": "remove", "path": "/name", "value": "a"},
        ]);
        let (patch, faults) = read(STEPS, &body);
        assert!(patch.is_none());
        assert_eq!(
            faults.unparsable,
            [
                "body[0]: must be an object",
                "body[1].op: must be one of add, remove, replace, move, copy, test",
                "body[2].path: must be a JSON Pointer",
                "body[2].value: is required",
                "body[3].path: must be a string",
                "body[3].from: is required",
                "body[4].path: must be a JSON Pointer",
                "body[5].value: is not a known field",
            ]
        );
        let (_, faults) = read(STEPS, &json!({}));
        assert_eq!(faults.unparsable, ["body: must be an array"]);
        let step = json!({"op": "test", "path": "/name", "value": "a"});
        let (_, faults) = read(STEPS, &Value::Array(vec![step; 101]));
        assert_eq!(faults.broken, ["body: must have 0 to 100 items"]);
    }

    #[test]
    fn copies_of_copies_stay_bounded() {
        let wider = json!({"op": "copy", "from": "/parts", "path": "/parts/-"});
        let refused = apply(STEPS, &Value::Array(vec![wider; 100])).unwrap_err();
        assert_eq!(refused.code, Code::ValidationFailed);
        let widest = json!({"op": "add", "path": "/name", "value": "x".repeat(100_000)});
        let copy = json!({"op": "copy", "from": "/name", "path": "/other"});
        let refused = apply(STEPS, &json!([widest, copy, copy, copy])).unwrap_err();
        assert_eq!(
            refused.errors,
            ["body[3]: must not bring copies to over 262144 bytes"]
        );
    }

    #[test]
    fn other_media_types_are_refused() {
        let shape = Shape::merge_patch_of::<Thing>();
        for media_type in [Some("text/plain"), Some("application/xml"), None] {
            let refused = Patch::read(media_type, b"{}", &shape, &mut Faults::default());
            assert_eq!(refused.unwrap_err().code, Code::UnsupportedMediaType);
        }
        let mut faults = Faults::default();
        assert!(
            Patch::read(None, b"", &shape, &mut faults)
                .unwrap()
                .is_none()
        );
        assert_eq!(faults.unparsable, ["body: is required"]);
    }
}
