/** The studio page: puts its parts together. */
import { one } from "gesso/dom";
import { startComposer } from "gesso/composer";
import { startModels } from "gesso/models";
import { startReferences } from "gesso/references";
import { startRuns } from "gesso/runs";
import { startSettings } from "gesso/settings";

const form = one("#composer");
if (form) {
  startComposer(form);
  startReferences(form);
  startModels(form);
  startRuns(form);
  startSettings(form);
}
