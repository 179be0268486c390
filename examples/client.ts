// A client made from the document: every path, parameter, body and error is typed.
//
// npm ci && npm run schema && npm run build && node build/client.js http://127.0.0.1:3000

import createClient from "openapi-fetch";
import type { components, paths } from "./build/schema.d.ts";

type Order = components["schemas"]["Order"];
type Problem = components["schemas"]["Problem"];

// Of the forms in which an answer comes, these two; a list comes as ndjson and as CSV too.
type Json = "application/json" | "application/problem+json";
const orders = createClient<paths, Json>({ baseUrl: process.argv[2]!, headers: { user_id: "1" } });

/** What was answered, or the problem as an error. */
function data<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data !== undefined) return answer.data;
  throw new Error(answer.error?.detail);
}

const lines = [{ id: 9, quantity: 7 }];
for (let key = 0; key < 3; key++) {
  const header = { "Idempotency-Key": `example-${key}` };
  data(await orders.POST("/orders", { params: { header }, body: { products: lines } }));
}
const first: Order = data(await orders.GET("/orders/{id}", { params: { path: { id: 1 } } }));
console.log("read", first.id, first.status, first.total, first.orderProduct[0]!.name);

// Page after page: each begins after the last order of the one before.
let after: string | undefined;
for (;;) {
  const page: Order[] = data(await orders.GET("/orders", { params: { query: { userId: 1, limit: 2, after } } }));
  if (page.length === 0) break;
  console.log("page", ...page.map((order) => order.id));
  after = String(page.at(-1)!.id);
}

const path = { id: first.id };
console.log("cancelled", data(await orders.PATCH("/orders/{id}/cancel", { params: { path } })).status);

const refused = await orders.PATCH("/orders/{id}/status", { params: { path }, body: { status: "shipped" } });
if (refused.error) console.log("refused", refused.error.status, refused.error.type, refused.error.allowed);
const unknown = await orders.POST("/orders", { body: { products: [{ id: 999, quantity: 1 }] } });
for (const fault of unknown.error?.errors ?? []) console.log("invalid", fault.pointer, fault.detail);
