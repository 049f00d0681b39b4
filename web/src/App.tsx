/** Every address of the page and the file that shows it; each is loaded when it is first visited. */
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy } from 'react'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { Failure } from './api/failure'
import { Broken } from './shell/Broken'
import { Shell } from './shell/Shell'
import { theme, variables } from './theme'

const Home = lazy(() => import('./pages/home/Home'))
const Events = lazy(() => import('./pages/events/Events'))
const Funnel = lazy(() => import('./pages/funnel/Funnel'))
const NewModel = lazy(() => import('./pages/new/NewModel'))
const Teach = lazy(() => import('./pages/new/Teach'))
const RecipePage = lazy(() => import('./pages/new/RecipePage'))
const Runs = lazy(() => import('./pages/runs/Runs'))
const Compare = lazy(() => import('./pages/runs/Compare'))
const Run = lazy(() => import('./pages/run/Run'))
const Models = lazy(() => import('./pages/models/Models'))
const ModelFrame = lazy(() => import('./pages/model/ModelFrame'))
const Card = lazy(() => import('./pages/model/Card'))
const Try = lazy(() => import('./pages/model/Try'))
const Monitor = lazy(() => import('./pages/monitor/Monitor'))
const MonitorList = lazy(() => import('./pages/monitor/MonitorList'))
const Nowhere = lazy(() => import('./shell/Nowhere'))

const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      { path: '/', element: <Home /> },
      { path: '/events', element: <Events /> },
      { path: '/funnel', element: <Funnel /> },
      { path: '/new', element: <NewModel /> },
      { path: '/new/:table', element: <Teach /> },
      { path: '/recipes/:name', element: <RecipePage /> },
      { path: '/runs', element: <Runs /> },
      { path: '/runs/compare', element: <Compare /> },
      { path: '/runs/:id', element: <Run /> },
      { path: '/models', element: <Models /> },
      {
        path: '/models/:name',
        element: <ModelFrame />,
        children: [
          { index: true, element: <Card /> },
          { path: 'try', element: <Try /> },
          { path: 'monitor', element: <Monitor /> },
        ],
      },
      { path: '/monitor', element: <MonitorList /> },
      { path: '*', element: <Nowhere /> },
    ],
  },
])

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A mistake stays a mistake; a server that does not answer is asked again.
      retry: (failures, error) => error instanceof Failure && error.status === 0 && failures < 2,
      retryDelay: 800,
    },
  },
})

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager({ key: 'flywheel.scheme' })}
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
