// Opens every page of a site in Chromium and holds it against what it promises.
// Usage: node check.mjs ADDRESS CHROMIUM PROFILE [PICTURES]: a folder for a picture of every page.
import { chromium } from 'playwright-core'
import { AxeBuilder } from '@axe-core/playwright'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

const [address, executablePath, profile, pictures] = process.argv.slice(2)
// missing are pages that are none: a browser complains of the answer, as it should.
const missing = ['/releases/999', '/en/releases/999']
const faults = []
const fault = (page, what) => { faults.push(`${page}: ${what}`); console.error(`FAULT ${page}: ${what}`) }

// open starts a browser of its own, with nothing that talks to anybody.
const open = (name, options) => chromium.launchPersistentContext(path.join(profile, name), {
  executablePath, headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
  baseURL: address, ...options,
})

// crawl finds every page by its links, beginning with both languages.
async function crawl (context) {
  const page = await context.newPage()
  const found = new Set(['/', '/en'])
  for (const here of found) {
    const response = await page.goto(here)
    if (response.status() !== 200) fault(here, `answers ${response.status()}`)
    const links = await page.$$eval('a[href]', all => all.map(a => new URL(a.href)).map(u => [u.origin, u.pathname + u.search]))
    for (const [origin, there] of links) {
      if (origin !== address) fault(here, `leads to ${origin}`)
      else if (!there.startsWith('/v1/') && !there.startsWith('/docs/') && !there.includes('/pictures/')) found.add(there)
    }
  }
  await page.close()
  return [...found].sort()
}

// watch notes whatever a page asks others for, and whatever its policy refuses.
function watch (page, here) {
  page.on('request', request => { if (new URL(request.url()).origin !== address) fault(here(), `asks ${request.url()}`) })
  page.on('console', message => { if (message.type() === 'error' && !missing.some(m => here().endsWith(m))) fault(here(), message.text()) })
  page.on('pageerror', error => fault(here(), String(error)))
}

const nameOf = here => here === '/' ? 'home' : here.slice(1).replace(/[^a-z0-9]+/gi, '-')
const photograph = async (page, name, here) => {
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}-${nameOf(here)}.png`), fullPage: true })
}

// visit goes through the pages one after another in a browser of its own.
async function visit (name, options, all, check) {
  const context = await open(name, options)
  const page = await context.newPage()
  let here = ''
  watch(page, () => `${name} ${here}`)
  for (here of all) {
    await page.goto(here)
    await check(page, here)
  }
  await context.close()
}

// accessible holds a page against the rules of axe-core: all of them, or those
// about colours alone. What is called legacy looks at one document, which these
// are (no page may hold a frame), and opens no second page for each result.
async function accessible (page, name, only) {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  const result = await (only ? axe.withRules(only) : axe).analyze()
  for (const v of result.violations) fault(name, `${v.id}: ${v.help}: ${v.nodes.map(n => n.html).slice(0, 3).join(' ')}`)
  return result.passes.length
}

// printed says how many pages of A4 a page takes.
async function printed (page, here) {
  await page.emulateMedia({ media: 'print', colorScheme: 'light' })
  if (await page.locator('nav:visible, .skip:visible').count() !== 0) fault(`print ${here}`, 'prints navigation')
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  if (pictures) await writeFile(path.join(pictures, `print-${nameOf(here)}.pdf`), pdf)
  const boxes = [...pdf.toString('latin1').matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/g)]
  if (boxes.length === 0 || boxes.some(([, w, h]) => Math.abs(w - 595) > 1 || Math.abs(h - 842) > 1)) fault(`print ${here}`, 'is not A4')
  await page.emulateMedia({ media: 'screen' })
}

// tried holds the forms of /docs against the same rules. What is Swagger UI's own
// markup is told and is no fault of ours: the page beside it says the same.
async function tried () {
  const context = await open('tried', { viewport: desktop, bypassCSP: true })
  const page = await context.newPage()
  watch(page, () => '/docs')
  await page.goto('/docs')
  await page.locator('#swagger-ui .opblock-tag-section').first().waitFor()
  const result = await new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] }).analyze()
  const foreign = new Set()
  for (const v of result.violations) {
    for (const node of v.nodes) {
      const inside = await page.evaluate(at => document.querySelector(at)?.closest('#swagger-ui > *') != null, node.target.flat().join(' '))
      if (inside) foreign.add(v.id)
      else fault('/docs', `${v.id}: ${v.help}: ${node.html}`)
    }
  }
  await context.close()
  return foreign
}

const desktop = { width: 1280, height: 900 }
if (pictures) await mkdir(pictures, { recursive: true })
const first = await open('crawl', { viewport: desktop })
const pages = [...await crawl(first), ...missing, '/docs/contract']
await first.close()

// Printing takes long: of the pages about one figure or one table, the first of
// each release stands for the others, which are set by the same template.
const onPaper = new Set(new Map([...pages].reverse().map(here => [here.replace(/(figures|tables)\/.*/, '$1'), here])).values())

// With everything a reader's browser does by itself, and the page's own policy:
// no script, nothing from outside, one heading, the content one key away, every
// picture there and in words.
const plain = visit('plain', { viewport: desktop, javaScriptEnabled: false }, pages, async (page, here) => {
  const name = `plain ${here}`
  if (await page.locator('main h1').count() !== 1) fault(name, 'has no heading')
  if (await page.locator('script, iframe, form, object, embed, [style]').count() !== 0) fault(name, 'holds more than text and pictures')
  await page.keyboard.press('Tab')
  if (await page.locator('.skip:focus').count() !== 1) fault(name, 'does not begin with the link to its content')
  const broken = await page.$$eval('img', all => all.filter(i => !i.complete || i.naturalWidth === 0 || i.alt.length < 10).map(i => i.src))
  if (broken.length > 0) fault(name, `pictures without an image or without words: ${broken.join(' ')}`)
})

// What needs a script of our own inside the page, beside the page's policy: the
// rules of axe-core in light and in dark; the width on a telephone of 360 pixels
// and, at 200 per cent, of 1280; and the page on paper.
let rules = 0
const examined = visit('examined', { viewport: desktop, bypassCSP: true }, pages, async (page, here) => {
  for (const [colorScheme, only] of [['light'], ['dark', ['color-contrast', 'link-in-text-block']]]) {
    await page.emulateMedia({ colorScheme })
    rules = Math.max(rules, await accessible(page, `${colorScheme} ${here}`, only))
    await photograph(page, colorScheme, here)
  }
  for (const [name, width] of [['phone', 360], ['zoom', 640]]) {
    await page.setViewportSize({ width, height: 740 })
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (over > 0) fault(`${name} ${here}`, `${over} pixels too wide`)
    await page.emulateMedia({ colorScheme: 'light' })
    await photograph(page, name, here)
  }
  await page.setViewportSize(desktop)
  if (onPaper.has(here)) await printed(page, here)
})
await Promise.all([plain, examined])
const foreign = await tried()
if (rules < 15) fault('axe-core', `only ${rules} rules had anything to look at`)

console.log(`${pages.length} pages, ${onPaper.size} of them on paper; axe-core passed up to ${rules} rules a page; ${faults.length} faults`)
console.log(`Swagger UI's own markup breaks: ${[...foreign].sort().join(', ') || 'nothing'}`)
process.exit(faults.length === 0 ? 0 : 1)
