"""What stands around the pictures: results, studies, bars, pages and the grid."""
