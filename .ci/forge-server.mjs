// A GitHub for the tests of `forge`: a stateful one (npm `emulate`) behind a check of every request against GitHub's
// own OpenAPI description (npm `@octokit/openapi`, `@stoplight/prism-http-server`).
//
//   node .ci/forge-server.mjs FOLDER   the folder that .ci/forge-parts filled; prints one line of JSON, ends with standard input

import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const require = createRequire(join(folder, "package.json"));
const { createEmulator } = await import(pathToFileURL(join(folder, "node_modules/emulate/dist/api.js")));
const { createServer } = require("@stoplight/prism-http-server");
const { createLogger } = require("@stoplight/prism-core");
const { getHttpOperationsFromSpec } = require("@stoplight/prism-cli/dist/operations");

// What we ask for, and what the test needs to make a pull request.
const PATHS = [
  "/user",
  "/repos/{owner}/{repo}/issues/{issue_number}/comments",
  "/repos/{owner}/{repo}/issues/comments/{comment_id}",
  "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
  "/repos/{owner}/{repo}/pulls",
  "/repos/{owner}/{repo}/pulls/{pull_number}",
  "/repos/{owner}/{repo}/pulls/{pull_number}/commits",
  "/repos/{owner}/{repo}/pulls/{pull_number}/merge",
  "/repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  "/repos/{owner}/{repo}/issues/{issue_number}/timeline",
  "/repos/{owner}/{repo}/commits/{ref}/status",
  "/repos/{owner}/{repo}/commits/{ref}/check-runs",
];

// The description without all that these paths do not reach.
function cut(description) {
  const paths = Object.fromEntries(PATHS.map((path) => [path, description.paths[path]]));
  const components = {};
  const reach = (value) => {
    if (value === null || typeof value !== "object") return;
    if (typeof value.$ref === "string") {
      const [kind, name] = value.$ref.replace("#/components/", "").split("/");
      components[kind] ??= {};
      if (!(name in components[kind])) {
        components[kind][name] = description.components[kind][name];
        reach(components[kind][name]);
      }
    }
    Object.values(value).forEach(reach);
  };
  reach(paths);
  return { openapi: description.openapi, info: description.info, paths, components };
}

const seed = {
  github: {
    users: [{ login: "octocat" }, { login: "mallory" }],
    repos: [{ owner: "octocat", name: "hello", auto_init: true }],
  },
  tokens: { ours: { login: "octocat", scopes: ["repo", "user"] }, theirs: { login: "mallory", scopes: ["repo"] } },
};
const github = await createEmulator({ service: "github", port: 0, seed });
const pull = await openPull();
const generated = join(folder, "node_modules/@octokit/openapi/generated/api.github.com.json");
const operations = await getHttpOperationsFromSpec(cut(JSON.parse(readFileSync(generated, "utf8"))));
const checked = createServer(operations, {
  cors: false,
  config: {
    isProxy: true,
    upstream: new URL(github.url),
    checkSecurity: true,
    errors: true,
    validateRequest: true,
    // Answers are the emulator's business.
    validateResponse: false,
    mock: { dynamic: false },
  },
  components: { logger: createLogger("check", { level: "silent" }) },
});
const url = await checked.listen(0, "127.0.0.1");
console.log(JSON.stringify({ url, graphql: await checkGraphql(), number: pull.number, head: pull.head.sha }));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

// Says of every question in GraphQL whether GitHub's schema allows it: an empty list, or what is wrong.
async function checkGraphql() {
  const { buildSchema, parse, validate } = require("graphql");
  const text = readFileSync(join(folder, "node_modules/@octokit/graphql-schema/schema.graphql"), "utf8");
  const schema = buildSchema(text, { assumeValidSDL: true });
  const list = { totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };
  const server = createHttpServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const errors = validate(schema, parse(JSON.parse(body).query)).map((error) => ({ message: error.message }));
    const data = errors.length > 0 ? null : { repository: { pullRequests: list } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data, errors }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${server.address().port}/graphql`;
}

// A branch with a commit, and a pull request for it.
async function openPull() {
  const repository = "/repos/octocat/hello";
  const main = await ask("GET", `${repository}/git/ref/heads/main`);
  await ask("POST", `${repository}/git/refs`, { ref: "refs/heads/topic", sha: main.object.sha });
  const content = Buffer.from("text\n").toString("base64");
  await ask("PUT", `${repository}/contents/new.txt`, { message: "new", content, branch: "topic" });
  return ask("POST", `${repository}/pulls`, { title: "new", head: "topic", base: "main" });
}

async function ask(method, path, body) {
  const headers = { authorization: "Bearer ours", "content-type": "application/json" };
  const answer = await fetch(github.url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
