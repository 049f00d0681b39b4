/** The flywheel itself: the program's sign, which turns while something trains. */
import classes from './Wheel.module.css'

export function Wheel({ size = 28, turning = false }: { size?: number; turning?: boolean }) {
  return (
    <svg
      className={turning ? `${classes.wheel} ${classes.turning}` : classes.wheel}
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeLinecap="round"
      aria-hidden="true"
      focusable="false"
    >
      <circle cx="16" cy="16" r="12.5" strokeWidth="3.6" />
      <path
        strokeWidth="2.2"
        d="M16 12.5V6M19 14.2l5.6-3.2M19 17.8l5.6 3.2M16 19.5V26M13 17.8 7.4 21M13 14.2 7.4 11"
      />
      <circle cx="16" cy="16" r="3" fill="var(--answer)" stroke="none" />
    </svg>
  )
}
