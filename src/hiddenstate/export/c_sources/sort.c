/* Ascending, by insertion: there are few numbers in a row. */
static void sort(const float *x, size_t count, size_t size, float *y)
{
    for (size_t k = 0; k < count; k++, x += size, y += size) {
        for (size_t i = 0; i < size; i++) {
            size_t j = i;
            for (; j > 0 && y[j - 1] > x[i]; j--) {
                y[j] = y[j - 1];
            }
            y[j] = x[i];
        }
    }
}
