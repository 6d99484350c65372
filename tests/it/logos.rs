//! Logos: what is sent is looked at and drawn anew, and shows as far as its organisation does.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader};
use serde_json::json;
use werkstadt_tests::app::TestApp;
use werkstadt_tests::caller::Caller;
use werkstadt_tests::database::on_each;
use werkstadt_tests::http::{Reply, Request};

pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::new_rgb8(width, height);
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn put(caller: &Caller<'_>, target: &str, tag: &str, media_type: &str, body: Vec<u8>) -> Reply {
    caller.send(
        Request::new("PUT", target)
            .bytes(media_type, body)
            .header("If-Match", tag),
    )
}

fn size(reply: &Reply) -> (u32, u32) {
    assert_eq!(reply.header("content-type"), Some("image/png"));
    let reader = ImageReader::with_format(Cursor::new(&reply.body), ImageFormat::Png);
    reader.into_dimensions().unwrap()
}

#[test]
fn a_logo_is_set_read_replaced_and_removed() {
    on_each(|database| {
        let app = TestApp::on(database);
        let own = app.company("Eigene GmbH");
        let (editor, anyone) = (app.as_editor(&own), app.anonymous());
        let organisation = format!("/v1/organisations/{own}");
        let target = format!("{organisation}/logo");
        anyone.get(&target).is(404);
        assert!(anyone.read(&organisation).get("logo").is_none());
        let start = anyone.feed_from_now();
        // The bytes are a JPEG, whatever the header says.
        let set = put(
            &editor,
            &target,
            "*",
            "image/png",
            picture(1024, 256, ImageFormat::Jpeg),
        )
        .is(200);
        assert_eq!(anyone.read(&organisation)["logo"], set.json());
        anyone.hears(&start, |item| item["href"] == json!(organisation));
        let (large, small) = (
            anyone.get(&target).is(200),
            anyone.get(&format!("{target}?size=small")).is(200),
        );
        assert_eq!((size(&large), size(&small)), ((512, 128), (128, 32)));
        assert_eq!(
            (large.etag(), large.header("cache-control")),
            (set.etag(), Some("public, no-cache"))
        );
        anyone
            .send(Request::new("GET", &target).header("If-None-Match", &large.etag()))
            .is(304);
        anyone.get(&format!("{target}?size=huge")).is(400);
        // An edit of the organisation keeps it.
        let tag = editor.get(&organisation).etag();
        let edited = editor.patch(&organisation, &tag, &json!({"short_name": "EG"})).is(200);
        assert_eq!(edited.json()["logo"], set.json());
        assert_eq!(edited.etag(), editor.get(&organisation).etag());
        put(
            &editor,
            &target,
            "\"stale\"",
            "image/gif",
            picture(10, 10, ImageFormat::Gif),
        )
        .is(412);
        put(
            &editor,
            &target,
            &set.etag(),
            "image/gif",
            picture(10, 10, ImageFormat::Gif),
        )
        .is(200);
        assert_eq!(size(&anyone.get(&target).is(200)), (10, 10));
        put(
            &app.as_member(&own),
            &target,
            "*",
            "image/png",
            picture(1, 1, ImageFormat::Png),
        )
        .is(403);
        editor
            .patch(&organisation, "*", &json!({"visibility": {"core": "members"}}))
            .is(200);
        anyone.get(&target).is(404);
        app.as_member(&own).get(&target).is(200);
        editor.delete(&target, "*").is(204);
        editor.get(&target).is(404);
        editor.delete(&target, "*").is(404);
    });
}

#[test]
fn bombs_scripts_and_broken_pictures_are_refused_by_name() {
    on_each(|database| {
        let app = TestApp::on(database);
        let target = format!("/v1/organisations/{}/logo", app.company("Eigene GmbH"));
        let manager = app.as_manager();
        let send = |body: Vec<u8>| put(&manager, &target, "*", "image/png", body);
        let svg = send(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>".to_vec())
            .is(415)
            .json();
        assert_eq!(
            (&svg["found"], svg["accepted"].as_array().map(Vec::len)),
            (&json!("image/svg+xml"), Some(4))
        );
        assert!(svg["errors"][0]["detail"].as_str().unwrap().contains("SVG"), "{svg}");
        assert_eq!(send(b"BM\0\0\0\0".to_vec()).is(415).json()["found"], "image/bmp");
        send(Vec::new()).is(415);
        send(b"<html></html>".to_vec()).is(415);
        // Three kilobytes that would become a hundred megabytes.
        let bomb = send(picture(5001, 5000, ImageFormat::Gif)).is(422).json();
        assert_eq!(
            (&bomb["width"], &bomb["errors"][0]["code"]),
            (&json!(5001), &json!("too_large"))
        );
        let mut promise = picture(10, 10, ImageFormat::Png);
        promise[16..24].copy_from_slice(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]);
        send(promise).is(422);
        let whole = picture(400, 400, ImageFormat::WebP);
        let broken = send(whole[..whole.len() / 2].to_vec()).is(422).json();
        assert_eq!(broken["errors"][0]["code"], "unreadable");
        manager.get(&target).is(404);
    });
}
