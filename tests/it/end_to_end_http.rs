//! The whole way over HTTP, as forges serve it: push with hooks, a shallow clone, the settling job, its push.

use crate::end_to_end_landings::{own_cost, settles, told, works, world};
use crate::harness::{Http, Server};
use serde_json::json;

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
fn everything_travels_by_http_too() {
    let world = world();
    let server = Server::of(&world);
    let Some(http) = Http::serve(&world, server.folder().parent().unwrap()) else {
        eprintln!("skipped: this git has no http-backend");
        return;
    };
    let server = server.at(&http.url("server.git"));
    let _ = world.git(["remote", "set-url", "origin", &server.url()]).success();
    works(&world, &server);
    let (cost, base) = (own_cost(&world), server.id("main"));
    assert_eq!(told(&world, &server, "before", &base, &server.id("refs/pull/7/head"))["total"]["cost_nano_usd"], cost);
    server.squashes(7, "Sails (#7)");
    server.deletes("sails");
    let settled = settles(&world, &server, &base, &[]);
    assert_eq!((&settled["notes_changed"], &settled["push"]["result"]), (&json!(1), &json!("pushed")), "{settled:#}");
    assert_eq!(told(&world, &server, "after", &base, &server.id("main"))["total"]["cost_nano_usd"], cost);
    assert_eq!(settles(&world, &server, &base, &[])["notes_changed"], 0);
}
