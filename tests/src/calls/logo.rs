//! Calls on logos.

use super::Stage;
use crate::document::Operation;
use crate::http::Request;

/// A picture of one pixel.
pub const PIXEL: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\
    \x02\x00\x00\x00\x90\x77\x53\xde\x00\x00\x00\x0c\x49\x44\x41\x54\x78\xda\x63\x10\x68\xf8\x00\x00\x02\
    \x24\x01\x81\x51\x6c\x37\xc8\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

impl Stage<'_> {
    pub(super) fn of_logo(&self, operation: &Operation, organisation: &str) -> Request {
        let target = operation.path.replace("{organisation_id}", organisation);
        let put = Request::new("PUT", &target)
            .bytes("image/png", PIXEL)
            .header("If-Match", "*");
        match operation.method.as_str() {
            "PUT" => put,
            method => {
                // There is one to be read, or to be removed.
                self.manager().send(put).is(200);
                let request = Request::new(method, &target);
                if method == "DELETE" {
                    request.header("If-Match", "*")
                } else {
                    request
                }
            }
        }
    }
}
