// The word book's scripts. Without them the page works as well, with a page for each step.

import * as add from "./add.js";
import * as edit from "./edit.js";
import * as files from "./import.js";
import * as list from "./list.js";
import * as remove from "./remove.js";
import * as search from "./search.js";

document.documentElement.classList.add("scripted");
for (const part of [list, search, add, edit, remove, files]) part.start();
