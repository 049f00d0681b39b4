/** Counts in equal bins as small bars; a picture of a shape, with its words beside it for those who do not see it. */
import classes from './Histogram.module.css'

export function Histogram({ counts, label, height = 34 }: { counts: number[]; label: string; height?: number }) {
  const most = Math.max(1, ...counts)
  return (
    <svg
      className={classes.bars}
      viewBox={`0 0 ${counts.length * 4} 100`}
      preserveAspectRatio="none"
      height={height}
      role="img"
      aria-label={label}
    >
      {counts.map((count, bin) => {
        // A bin that holds anything shows at least a sliver.
        const tall = count === 0 ? 0 : Math.max(3, (count / most) * 100)
        return <rect key={bin} x={bin * 4} y={100 - tall} width={3.2} height={tall} />
      })}
    </svg>
  )
}
