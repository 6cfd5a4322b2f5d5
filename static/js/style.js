/** The style guide's buttons for what comes and goes by itself. */
import { text } from "gesso/dom";
import { toast } from "gesso/toast";

const MESSAGES = {
  good: () => toast({ kind: "good", title: text("ready"), text: text("ready-text"), label: text("view"), action: () => {} }),
  bin: () => toast({ kind: "bin", title: text("binned"), text: text("binned-text"), action: () => toast({ kind: "good", title: text("restored") }) }),
  slow: () => toast({ kind: "slow", title: text("slow"), text: text("slow-text") }),
  bad: () => toast({ kind: "bad", title: text("unsaved"), text: text("unsaved-text"), label: text("retry"), action: () => MESSAGES.bad() }),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-try]");
  if (button) MESSAGES[button.dataset.try]();
});
