export function TodayPage() {
  return <p>today</p>;
}
