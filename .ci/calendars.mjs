// What ical.js reads in the calendars given: one line of JSON for each meeting, its moments in UTC.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, ...files] = process.argv.slice(2);
const required = createRequire(resolve(folder, "package.json"))("ical.js");
const ICAL = required.default ?? required;

for (const file of files) {
  ICAL.TimezoneService.reset(); // each file brings the time zones that it needs
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(file, "utf8")));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(new ICAL.Timezone(zone));
  }
  for (const entry of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(entry);
    const moment = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString().replace(".000Z", "Z"));
    const zone = entry.getFirstProperty("dtstart").getParameter("tzid");
    if (zone && event.startDate.zone.tzid !== zone) throw new Error(`${file}: no time zone ${zone}`);
    console.log(
      JSON.stringify([file, event.uid, event.sequence, event.summary, entry.getFirstPropertyValue("status"), moment(event.startDate), moment(event.endDate)]),
    );
  }
}
