/* Asks one question at a time and sends the answers to the server that this script came from. */
(() => {
  'use strict'
  const survey = __SURVEY__
  const script = document.currentScript
  const server = new URL(script.src, location.href).origin
  const page = document.getElementById('flywheel-survey')
  const chosen = new URLSearchParams(location.search)
  const language = (page?.dataset.lang ?? script.dataset.lang ?? navigator.language ?? 'en').toLowerCase()
  const text = (words) => words[language.startsWith('zh') ? 'zh' : 'en']
  const DAY = 24 * 60 * 60 * 1000
  const ASKED = `flywheel survey ${survey.name}`
  const PERSON = 'flywheel person'

  const kept = (name) => {
    try {
      return localStorage.getItem(name)
    } catch {
      return null
    }
  }
  const keep = (name, value) => {
    try {
      localStorage.setItem(name, value)
    } catch {
      // A browser that keeps nothing is asked again; it is asked all the same.
    }
  }
  const unique = () =>
    crypto.randomUUID?.() ??
    '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
      (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
    )

  /** Whose answer it is: as the page says, as PostHog's client says, or somebody nameless who stays the same. */
  const person = () => {
    const said = (page && chosen.get('id')) || script.dataset.id || window.posthog?.get_distinct_id?.()
    if (said) return said
    const known = kept(PERSON)
    if (known) return known
    const made = unique()
    keep(PERSON, made)
    return made
  }

  const submission = unique()
  // However often the answers are sent, they are given once.
  const SENT = unique()
  const answers = []
  const send = async (event, properties, uuid = unique()) => {
    const now = new Date().toISOString()
    const body = {
      api_key: survey.key,
      event,
      uuid,
      distinct_id: person(),
      timestamp: now,
      // By this the server sees how wrong the visitor's clock is.
      sent_at: now,
      properties: {
        $survey_id: survey.name,
        $survey_name: survey.name,
        $survey_submission_id: submission,
        $lib: 'flywheel-survey',
        $current_url: location.origin + location.pathname,
        ...properties,
      },
    }
    // As plain text it needs no question beforehand to another origin.
    const answer = await fetch(`${server}/i/v0/e/`, { method: 'POST', body: JSON.stringify(body), keepalive: true })
    if (answer.status !== 200) throw new Error(`status ${answer.status}`)
  }
  const sent = () => {
    const properties = {
      $survey_completed: true,
      $survey_questions: survey.questions.map((question, place) => ({
        id: String(place),
        question: text(question.words),
        response: answers[place] ?? null,
      })),
    }
    answers.forEach((answer, place) => {
      if (answer === undefined) return
      const ending = place === 0 ? '' : `_${place}`
      properties[`$survey_response${ending}`] = answer
      // Satisfied answers of one survey are unsatisfied ones of another.
      properties[`$survey_kind${ending}`] = survey.questions[place].kind
    })
    return send('survey sent', properties, SENT)
  }

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name)
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value)
      else element.setAttribute(key, value)
    }
    element.append(...children)
    return element
  }

  const STYLE = `
    :host { all: initial }
    * { box-sizing: border-box; font: 16px/1.5 system-ui, 'Noto Sans CJK SC', sans-serif }
    section { background: #fff; color: #1a1b1e; border: 1px solid #868e96; border-radius: 8px; padding: 20px; max-width: 30rem; width: 100% }
    .card { position: fixed; right: 16px; bottom: 16px; width: min(30rem, calc(100vw - 32px)); z-index: 2147483000; box-shadow: 0 4px 16px #0003 }
    .page { margin: 10vh auto }
    h1, h2 { font-weight: 600; font-size: 18px; margin: 0 0 12px }
    .top { display: flex; justify-content: space-between; gap: 12px; align-items: start }
    .scale { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; border: 0 }
    .ends { display: flex; justify-content: space-between; color: #495057; font-size: 14px; margin-top: 6px }
    .ends span { font-size: 14px }
    button { min-width: 44px; min-height: 44px; padding: 6px 10px; border: 1px solid #495057; border-radius: 6px; background: #fff; color: #1a1b1e; cursor: pointer }
    button:hover { background: #e7f5ff }
    button:disabled { opacity: 0.6; cursor: default }
    button:focus-visible, textarea:focus-visible { outline: 3px solid #1971c2; outline-offset: 2px }
    button.main { background: #1864ab; border-color: #1864ab; color: #fff }
    textarea { width: 100%; min-height: 6rem; border: 1px solid #495057; border-radius: 6px; padding: 8px; resize: vertical }
    .row { display: flex; justify-content: flex-end; gap: 8px; margin-top: 12px }
    [role=alert] { color: #a61e1e; margin-top: 8px }
  `

  const ask = () => {
    const host = make('div')
    const root = host.attachShadow({ mode: 'open' })
    const style = new CSSStyleSheet()
    style.replaceSync(STYLE)
    root.adoptedStyleSheets = [style]
    if (page) page.replaceChildren(host)
    else document.body.append(host)
    keep(ASKED, String(Date.now()))
    if (!page) send('survey shown', {}).catch(() => {})

    const heading = page ? 'h1' : 'h2'
    const show = (title, ...children) => {
      const head = make(heading, { id: 'question', tabindex: '-1' }, title)
      const close = make('button', { type: 'button', 'aria-label': text(survey.words.close), onclick: dismiss }, '×')
      const box = make(
        'section',
        {
          class: page ? 'page' : 'card',
          role: page ? 'region' : 'dialog',
          'aria-labelledby': 'question',
          lang: language.startsWith('zh') ? 'zh-CN' : 'en',
          onkeydown: (pressed) => {
            if (pressed.key === 'Escape' && !page) dismiss()
          },
        },
        make('div', { class: 'top' }, head, ...(page ? [] : [close])),
        ...children,
      )
      root.replaceChildren(box)
      if (page || answers.length > 0) head.focus()
    }
    let done = false
    const dismiss = () => {
      host.remove()
      if (!done) send('survey dismissed', { $survey_partially_completed: answers.some((answer) => answer !== undefined) }).catch(() => {})
    }
    const thank = () => {
      done = true
      show(text(survey.words.thanks))
      if (!page) setTimeout(() => host.remove(), 3000)
    }
    const finish = async (again) => {
      const pressed = root.activeElement
      const buttons = root.querySelectorAll('.scale button, .row button')
      const able = (yes) => buttons.forEach((button) => (button.disabled = !yes))
      able(false)
      try {
        await sent()
        thank()
      } catch {
        able(true)
        pressed?.focus()
        again(text(survey.words.failed))
      }
    }
    const step = (place) => {
      const question = survey.questions[place]
      const alarm = make('div', { role: 'alert' })
      const next = (answer) => {
        answers[place] = answer
        if (place + 1 < survey.questions.length) step(place + 1)
        else finish((words) => (alarm.textContent = words))
      }
      if (question.scale) {
        const { from, to, low, high } = question.scale
        const choice = (number) => {
          const meaning = number === from ? `, ${text(low)}` : number === to ? `, ${text(high)}` : ''
          return make('button', { type: 'button', 'aria-label': `${number}${meaning}`, onclick: () => next(number) }, String(number))
        }
        const numbers = Array.from({ length: to - from + 1 }, (_, at) => choice(from + at))
        const scale = make('div', { class: 'scale', role: 'group', 'aria-labelledby': 'question' }, ...numbers)
        const ends = make('div', { class: 'ends', 'aria-hidden': 'true' }, make('span', {}, text(low)), make('span', {}, text(high)))
        show(text(question.words), scale, ends, alarm)
        return
      }
      const field = make('textarea', { 'aria-label': text(survey.words.answer), maxlength: '5000' })
      const skip = make('button', { type: 'button', onclick: () => next(undefined) }, text(survey.words.skip))
      const go = make('button', { type: 'button', class: 'main', onclick: () => next(field.value.trim() || undefined) }, text(survey.words.send))
      show(text(question.words), field, make('div', { class: 'row' }, skip, go), alarm)
    }
    step(0)
  }

  const asked = Number(kept(ASKED) ?? 0)
  const due = Date.now() - asked >= survey.againAfterDays * DAY
  const begin = () => {
    if (page) ask()
    else if (due) setTimeout(ask, survey.afterSecs * 1000)
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin)
  else begin()
})()
