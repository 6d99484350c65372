// Drives a running demo through the main paths with the generated types and no cast: sign in, search, page through, match, change
// with an entity tag, and meet a 404, a 412, a 422 and a 428. Ends with an error at the first answer that is not as the contract says.

import { ensure, present, setting, step } from "./check.js";
import { cursorOf, werkstadt } from "./client.js";

const baseUrl = setting("WERKSTADT_URL");
const anonymous = werkstadt({ baseUrl });
const member = werkstadt({ baseUrl, credentials: { bearer: () => setting("WERKSTADT_API_KEY") } });

const token = await step("signs in as manager", async () => {
  const { data, error } = await anonymous.POST("/v1/auth/login", {
    body: { email: setting("WERKSTADT_EMAIL"), password: setting("WERKSTADT_PASSWORD") },
  });
  return present(data, "a session", error).access_token;
});
const manager = werkstadt({ baseUrl, credentials: { bearer: () => token } });

await step("is refused with a wrong password", async () => {
  const { error, response } = await anonymous.POST("/v1/auth/login", {
    body: { email: setting("WERKSTADT_EMAIL"), password: "not the password" },
  });
  ensure(response.status === 401, "401", response.status);
  ensure(present(error, "a problem").code === "invalid_credentials", "the code invalid_credentials", error);
});

const found = await step("searches words near a place", async () => {
  const { data, error } = await member.GET("/v1/organisations", {
    params: { query: { q: "Laser", near: "50.927,11.586", radius_km: 60, limit: 5 } },
  });
  const page = present(data, "a page", error);
  ensure(page.items.length > 0, "at least one organisation for Laser");
  return present(page.items[0], "a first organisation");
});

await step("pages through everything, each organisation once", async () => {
  const seen = new Set<string>();
  let cursor: string | undefined;
  let pages = 0;
  do {
    const { data, error } = await member.GET("/v1/organisations", {
      params: { query: { limit: 7, sort: "name", ...(cursor === undefined ? {} : { cursor }) } },
    });
    const page = present(data, "a page", error);
    for (const { organisation } of page.items) {
      ensure(!seen.has(organisation.id), "each organisation once", organisation.name);
      seen.add(organisation.id);
    }
    cursor = cursorOf(page.next);
    pages += 1;
    ensure(pages < 50, "an end of the list");
  } while (cursor !== undefined);
  ensure(seen.size >= 55, "the demo network of about 60 organisations", seen.size);
});

await step("matches a task, with contributions that add up to each score", async () => {
  const { data, error } = await member.POST("/v1/matches", {
    body: { text: { de: "Bilderkennung für die Prüfung von Linsen", en: "image recognition for lens inspection" }, limit: 5 },
  });
  const matches = present(data, "matches", error);
  ensure(matches.items.length > 0, "at least one match");
  for (const match of matches.items) {
    const sum = match.contributions.reduce((total, { contribution }) => total + contribution, 0);
    ensure(Math.abs(sum - match.score) < 1e-9, "contributions that add up to the score", { sum, score: match.score });
  }
});

await step("changes a record with its entity tag, and loses no change", async () => {
  const path = { organisation_id: found.organisation.id };
  const read = await manager.GET("/v1/organisations/{organisation_id}", { params: { path } });
  const before = present(read.data, "the organisation", read.error);
  const tag = present(read.response.headers.get("ETag"), "an entity tag");

  const short_name = `${before.short_name ?? before.name} *`.slice(0, 100);
  const changed = await manager.PATCH("/v1/organisations/{organisation_id}", {
    params: { path, header: { "If-Match": tag } },
    body: { short_name },
  });
  ensure(present(changed.data, "the changed organisation", changed.error).short_name === short_name, "the new name");
  const newTag = present(changed.response.headers.get("ETag"), "a new entity tag");
  ensure(newTag !== tag, "another entity tag");

  const stale = await manager.PATCH("/v1/organisations/{organisation_id}", {
    params: { path, header: { "If-Match": tag } },
    body: { short_name: "lost" },
  });
  ensure(stale.response.status === 412, "412 for a stale entity tag", stale.response.status);
  ensure(present(stale.error, "a problem").code === "stale", "the code stale", stale.error);

  const restored = await manager.PATCH("/v1/organisations/{organisation_id}", {
    params: { path, header: { "If-Match": newTag } },
    body: { short_name: before.short_name ?? null },
  });
  ensure(present(restored.data, "the restored organisation", restored.error).short_name === before.short_name, "the old name");
});

await step("handles a 404 as a problem", async () => {
  const { error, response } = await anonymous.GET("/v1/organisations/{organisation_id}", {
    params: { path: { organisation_id: "01936d3e-0000-7000-8000-000000000000" } },
  });
  ensure(response.status === 404, "404", response.status);
  const problem = present(error, "a problem");
  ensure(problem.code === "not_found" && problem.request_id !== "", "the code not_found and a request id", problem);
});

await step("handles a 422 that names every fault", async () => {
  const { error, response } = await manager.POST("/v1/organisations", {
    body: { kind: "company", name: " ", vat_id: "DE12", website: "not an address" },
  });
  ensure(response.status === 422, "422", response.status);
  const pointers = present(present(error, "a problem").errors, "faults").map(({ pointer }) => pointer);
  for (const pointer of ["/name", "/vat_id", "/website"]) ensure(pointers.includes(pointer), `a fault at ${pointer}`, pointers);
});

console.log("The client works.");
