/** Every address of the page and the file that shows it; each is loaded when it is first visited. */
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { Failure } from './api/failure'
import { onDemand } from './parts/onDemand'
import { Broken } from './shell/Broken'
import { Shell } from './shell/Shell'
import { theme, variables } from './theme'

const Home = onDemand(() => import('./pages/home/Home'))
const Events = onDemand(() => import('./pages/events/Events'))
const Funnel = onDemand(() => import('./pages/funnel/Funnel'))
const NewModel = onDemand(() => import('./pages/new/NewModel'))
const Teach = onDemand(() => import('./pages/new/Teach'))
const RecipePage = onDemand(() => import('./pages/new/RecipePage'))
const Runs = onDemand(() => import('./pages/runs/Runs'))
const Compare = onDemand(() => import('./pages/runs/Compare'))
const Run = onDemand(() => import('./pages/run/Run'))
const Models = onDemand(() => import('./pages/models/Models'))
const ModelFrame = onDemand(() => import('./pages/model/ModelFrame'))
const Card = onDemand(() => import('./pages/model/Card'))
const Try = onDemand(() => import('./pages/model/Try'))
const Monitor = onDemand(() => import('./pages/monitor/Monitor'))
const MonitorList = onDemand(() => import('./pages/monitor/MonitorList'))
const Nowhere = onDemand(() => import('./shell/Nowhere'))

const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Broken alone />,
    children: [
      {
        // A page that fails leaves the frame and the other pages as they are.
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
