// Reads iCalendar files with three parsers written in JavaScript and prints what each saw, as JSON.
// usage: node parse.mjs NODE_MODULES FILE…
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const [modules, ...files] = process.argv.slice(2)
const require = createRequire(resolve(modules, '..', 'of-the-tests.cjs'))
const ICAL = require('ical.js').default ?? require('ical.js')
const nodeIcal = require('node-ical')
const tsIcs = require('ts-ics')

const twoDigits = (n) => String(n).padStart(2, '0')
const asDay = (year, month, day) => `${year}-${twoDigits(month)}-${twoDigits(day)}`
const asInstant = (date) => date.toISOString().replace('.000Z', '+00:00')

const readers = {
  'ical.js': (text) => {
    const calendar = new ICAL.Component(ICAL.parse(text))
    const moment = (time) => (time.isDate ? asDay(time.year, time.month, time.day) : asInstant(time.toJSDate()))
    return calendar.getAllSubcomponents('vevent').map((component) => {
      const event = new ICAL.Event(component)
      return {
        uid: event.uid,
        start: moment(event.startDate),
        end: moment(event.endDate),
        summary: event.summary ?? '',
        status: component.getFirstPropertyValue('status'),
      }
    })
  },
  'node-ical': (text) => {
    // Days become local midnights of this process: see them as what they are.
    const moment = (date) => (date.dateOnly ? asDay(date.getFullYear(), date.getMonth() + 1, date.getDate()) : asInstant(date))
    return Object.values(nodeIcal.sync.parseICS(text))
      .filter((component) => component.type === 'VEVENT')
      .map((event) => ({
        uid: event.uid,
        start: moment(event.start),
        end: moment(event.end),
        summary: event.summary ?? '',
        status: event.status,
      }))
  },
  'ts-ics': (text) => {
    const moment = ({ date, type }) =>
      type === 'DATE' ? asDay(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()) : asInstant(date)
    const calendar = tsIcs.convertIcsCalendar(undefined, text)
    return (calendar.events ?? []).map((event) => ({
      uid: event.uid,
      start: moment(event.start),
      end: moment(event.end),
      summary: event.summary ?? '',
      status: event.status,
    }))
  },
}

const seen = files.map((file) => {
  const text = readFileSync(file, 'utf8')
  return Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read(text)]))
})
process.stdout.write(JSON.stringify(seen))
