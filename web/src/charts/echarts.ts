/** The parts of ECharts in use, and no others; loaded only where a curve is drawn. */
import { LineChart } from 'echarts/charts'
import { GridComponent, MarkPointComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([LineChart, GridComponent, TooltipComponent, MarkPointComponent, SVGRenderer])

export { init }
