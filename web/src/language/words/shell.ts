/** The frame around the pages, and what it says when something is missing or wrong. */
export const shell = {
  nav: {
    home: ['Overview', '总览'],
    new: ['New model', '新建模型'],
    runs: ['Runs', '训练记录'],
    models: ['Models', '模型'],
    monitor: ['Monitor', '监控'],
    skip: ['Skip to the content', '跳到正文'],
    menu: ['Menu', '菜单'],
    pages: ['Pages', '页面'],
    project: ['Project', '项目'],
    language: ['Language', '语言'],
    light: ['Switch to light', '切换到浅色'],
    dark: ['Switch to dark', '切换到深色'],
    running_one: ['run under way', '个训练正在进行'],
    running_other: ['runs under way', '个训练正在进行'],
  },
  state: { waiting: ['Loading', '正在加载'] },
  nowhere: {
    title: ['Nothing is here', '这里什么也没有'],
    text: ['The address may be mistyped, or what stood here is gone.', '网址可能有误，或者原来的内容已经不在了。'],
    home: ['To the overview', '回到总览'],
  },
  failure: {
    silent: ['The server does not answer', '服务器没有响应'],
    silentAdvice: [
      'Is `flywheel serve` still running in its terminal? The page goes on as soon as it is back.',
      '终端里的 `flywheel serve` 还在运行吗？它恢复后，页面会接着工作。',
    ],
    several_one: ['Something needs to be mended first', '有一处需要先改正'],
    several_other: ['{{count}} things need to be mended first', '有 {{count}} 处需要先改正'],
    retry: ['Try again', '重试'],
  },
  problem: {
    error: ['Mistake:', '错误：'],
    warning: ['Warning:', '提醒：'],
    line: ['line {{line}}', '第 {{line}} 行'],
    row: ['row {{row}}', '数据第 {{row}} 行'],
    column: ['column {{column}}', '列 {{column}}'],
  },
} as const
