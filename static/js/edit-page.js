// The page of one word: sentences as high as their text.

import { grows } from "./grow.js";

grows(document.querySelector("#edit"));
