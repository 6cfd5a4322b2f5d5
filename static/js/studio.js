/** The studio page: puts its parts together. */
import { one } from "gesso/dom";
import { startByAddress } from "gesso/by-address";
import { startComposer } from "gesso/composer";
import { startGenerate } from "gesso/generate";
import { startModels } from "gesso/models";
import { startMoreSettings } from "gesso/more-settings";
import { startNewcomers } from "gesso/newcomers";
import { startPrice } from "gesso/price";
import { startReferences } from "gesso/references";
import { startRuns } from "gesso/runs";
import { startSettings } from "gesso/settings";
import { startSheet } from "gesso/sheet";

const form = one("#composer");
if (form) {
  startPrice(form);
  startComposer(form);
  startReferences(form);
  startByAddress(form);
  startModels(form);
  startMoreSettings(form);
  startNewcomers();
  startRuns(form);
  startGenerate(form);
  startSheet(form);
  startSettings(form);
}
