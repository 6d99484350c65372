// The Werkstadt API as a typed client: openapi-fetch over the types generated from the contract.

import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema.js";

/** How requests are authorised: an access token, an API key, or nothing for what is public. */
export interface Credentials {
  /** Gives the bearer token for the next request; undefined sends none. */
  bearer(): string | undefined;
}

/** Where the server is, who is calling, and the language of problems. */
export interface Options {
  baseUrl: string;
  credentials?: Credentials;
  language?: "de" | "en";
}

/** A client whose paths, parameters, bodies and answers are those of the contract. */
export function werkstadt({ baseUrl, credentials, language = "en" }: Options) {
  const authorise: Middleware = {
    onRequest({ request }) {
      const bearer = credentials?.bearer();
      if (bearer !== undefined) request.headers.set("Authorization", `Bearer ${bearer}`);
      return request;
    },
  };
  const client = createClient<paths>({
    baseUrl,
    headers: { "Accept-Language": language },
    // Lists repeat the key: kind=company&kind=startup.
    querySerializer: { array: { style: "form", explode: true } },
  });
  client.use(authorise);
  return client;
}

/** The cursor of a page's `next` address, undefined on the last page. */
export function cursorOf(next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  return new URL(next, "http://relative.invalid").searchParams.get("cursor") ?? undefined;
}
