/** A picture that was moved to the bin from its own page: the page that follows says so, with the way back. */
import { one, text } from "gesso/dom";
import { save } from "gesso/keeping";
import { toast } from "gesso/toast";

const KEY = "gesso:binned";

/** Move the picture to the bin and go on to `next`. */
export async function binAndGo({ id, url, restore, here, next }) {
  if (!(await save(url, { id }, "bin-failed"))) return;
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ id, restore, here }));
  } catch {
    /* Without storage the picture is brought back from the bin itself. */
  }
  next();
}

/** Say what the page before has moved to the bin, once. */
export function tellBinned() {
  let moved = null;
  try {
    moved = JSON.parse(sessionStorage.getItem(KEY));
    sessionStorage.removeItem(KEY);
  } catch {
    return; // Nothing of ours is there.
  }
  if (!moved) return;
  toast({
    kind: "bin",
    title: text("binned-one"),
    action: async () => {
      if (!(await save(moved.restore, { id: moved.id }, "restore-failed"))) return;
      if (one("zoom-stage")) location.replace(moved.here);
      else location.reload();
    },
  });
}
