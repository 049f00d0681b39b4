/** The frame around every page: the rail with the way about, the two switches, and a way past them for the keyboard. */
import { useDisclosure } from '@mantine/hooks'
import { Suspense, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, Outlet, useLocation } from 'react-router'
import { Failure } from '../api/failure'
import { useProject } from '../api/project'
import { useRuns } from '../api/runs'
import { preferProject } from '../language'
import { Icon, type IconName } from '../parts/Icon'
import { Coded } from '../parts/Say'
import { Waiting } from '../parts/Waiting'
import { LanguageSwitch } from './LanguageSwitch'
import { SchemeSwitch } from './SchemeSwitch'
import classes from './Shell.module.css'
import { Wheel } from './Wheel'

const PLACES = [
  { to: '/', icon: 'home', key: 'nav.home' },
  { to: '/events', icon: 'events', key: 'nav.events' },
  { to: '/funnel', icon: 'funnel', key: 'nav.funnel' },
  { to: '/new', icon: 'add', key: 'nav.new' },
  { to: '/runs', icon: 'runs', key: 'nav.runs' },
  { to: '/models', icon: 'models', key: 'nav.models' },
  { to: '/monitor', icon: 'monitor', key: 'nav.monitor' },
] as const satisfies readonly { to: string; icon: IconName; key: string }[]

export function Shell() {
  const { t } = useTranslation()
  const [open, { toggle, close }] = useDisclosure(false)
  const project = useProject()
  // What is on the page stays; as soon as the server is back it goes on.
  const silent = project.error instanceof Failure && project.error.status === 0
  const running = useRuns().data?.filter((run) => run.state === 'running').length ?? 0
  const { pathname } = useLocation()

  const language = project.data?.project.language
  useEffect(() => preferProject(language), [language])
  useEffect(() => {
    close()
    window.scrollTo(0, 0)
  }, [pathname, close])

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('nav.skip')}
      </a>
      <header className={classes.rail} data-open={open}>
        <div className={classes.head}>
          <NavLink to="/" className={classes.brand} aria-label="Flywheel">
            <Wheel turning={running > 0} />
            <span>Flywheel</span>
          </NavLink>
          <button type="button" className={classes.menu} onClick={toggle} aria-expanded={open} aria-controls="ways">
            <Icon name={open ? 'close' : 'menu'} size={22} />
            <span className={classes.hidden}>{t('nav.menu')}</span>
          </button>
        </div>
        <div className={classes.body} id="ways">
          <nav aria-label={t('nav.pages')} className={classes.ways}>
            {PLACES.map((place) => (
              <NavLink key={place.to} to={place.to} end={place.to === '/'} className={classes.way}>
                <Icon name={place.icon} />
                <span>{t(place.key)}</span>
                {place.to === '/runs' && running > 0 && (
                  <span className={classes.running} title={t('nav.running', { count: running })}>
                    {running}
                    <span className={classes.hidden}> {t('nav.running', { count: running })}</span>
                  </span>
                )}
              </NavLink>
            ))}
          </nav>
          <div className={classes.foot}>
            {project.data && (
              <p className={classes.project}>
                <span>{t('nav.project')}</span>
                <strong>{project.data.project.name}</strong>
              </p>
            )}
            <div className={classes.switches}>
              <LanguageSwitch />
              <SchemeSwitch />
            </div>
          </div>
        </div>
      </header>
      <main id="content" className={classes.content} tabIndex={-1}>
        {silent && (
          <p className={classes.silent} role="status">
            <Icon name="warning" />
            <span>
              <Coded text={t('failure.silentNow')} />
            </span>
          </p>
        )}
        <Suspense fallback={<Waiting />}>
          <Outlet />
        </Suspense>
      </main>
    </div>
  )
}
