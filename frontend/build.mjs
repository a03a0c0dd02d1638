// Compiles scss/consult.scss to ../consult/static/consult.css (minified).
// Run by developers: `npm ci && npm run build`. The application itself never needs Node.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "..", "consult", "static");
const govuk = join(modules, "govuk-frontend");
const { version } = JSON.parse(readFileSync(join(govuk, "package.json"), "utf8"));

const { css } = compile(join(here, "scss", "consult.scss"), { style: "compressed", loadPaths: [modules] });
const banner = `/*! Consult. Parts from govuk-frontend ${version}, MIT licence, see LICENSE-govuk-frontend.txt */\n`;
const text = banner + css.replace(/^\uFEFF/, "").replace(/^@charset "UTF-8";/, "").trim() + "\n";
if (/https?:\/\/(?!www\.w3\.org)/.test(text.replace(/\/\*!.*?\*\//s, ""))) throw new Error("the stylesheet names an outside host");
writeFileSync(join(out, "consult.css"), text);
console.log(`consult.css: ${text.length} bytes, ${gzipSync(text).length} compressed`);
